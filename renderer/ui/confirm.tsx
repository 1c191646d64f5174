import { Button, Group, Modal, Stack, Text, type ButtonProps } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useHeadingAfterwards } from './heading-afterwards.ts'
import { ProblemAlert } from './problem-alert.tsx'

type Question = {
  /** A question: `Delete the schedule wine-nightly?` */
  readonly title: string
  /** What will be lost or refused, in plain words. */
  readonly children: ReactNode
  /** The words of the button that does it: a verb with its object. */
  readonly confirmLabel: string
  /** What is done. The dialog stays until it is fulfilled; where it is rejected, its message is shown there. */
  readonly onConfirm: () => Promise<unknown>
  /** False for what can be taken back; the button is red otherwise. */
  readonly isDangerous?: boolean
  /** False while there is nothing to do. */
  readonly canConfirm?: boolean
}
type DialogProps = Question & { readonly isOpen: boolean; readonly onClose: () => void }

/** Asks before something is done; the focus begins on the way out and goes back to where it came from. */
export function ConfirmDialog({ isOpen, onClose, title, ...rest }: DialogProps) {
  return (
    <Modal opened={isOpen} onClose={onClose} title={title} centered>
      <Answer {...rest} onClose={onClose} />
    </Modal>
  )
}

type AnswerProps = Omit<Question, 'title'> & { readonly onClose: () => void }

function Answer({ children, confirmLabel, onConfirm, onClose, isDangerous = true, canConfirm = true }: AnswerProps) {
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  const confirm = async () => {
    setBusy(true)
    setFailure(undefined)
    try {
      await onConfirm()
      onClose()
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Stack>
      <Text component="div" size="sm">
        {children}
      </Text>
      {failure !== undefined && <ProblemAlert title="This was not done" message={failure} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          Go back
        </Button>
        <Button
          color={isDangerous ? 'red' : 'blue'}
          loading={isBusy}
          disabled={!canConfirm}
          onClick={() => void confirm()}
        >
          {confirmLabel}
        </Button>
      </Group>
    </Stack>
  )
}

type ConfirmProps = Question & {
  /** The words of the button that asks. */
  readonly label: ReactNode
  /** The whole name of that button for screen readers, where its words alone do not tell: it begins with them. */
  readonly name?: string
  readonly button?: Pick<ButtonProps, 'size' | 'variant' | 'color' | 'leftSection' | 'disabled'>
}

/** A button that asks before it acts. Where its own place is gone afterwards, the focus goes to the heading of the page. */
export function Confirm({ label, name, button, ...question }: ConfirmProps) {
  const [isOpen, setOpen] = useState(false)
  useHeadingAfterwards(isOpen)
  return (
    <>
      <Button variant="default" size="xs" aria-label={name} {...button} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <ConfirmDialog {...question} isOpen={isOpen} onClose={() => setOpen(false)} />
    </>
  )
}
