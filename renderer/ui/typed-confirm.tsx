import { Button, Code, Stack, TextInput, type ButtonProps } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { ConfirmDialog } from './confirm.tsx'
import { useHeadingAfterwards } from './heading-afterwards.ts'

type TypedConfirmProps = {
  /** The words of the button that asks. */
  readonly label: ReactNode
  /** Its whole name for screen readers. */
  readonly name?: string
  readonly button?: Pick<ButtonProps, 'size' | 'variant' | 'leftSection'>
  readonly title: string
  /** What must be typed: the name of what goes. */
  readonly word: string
  readonly confirmLabel: string
  /** What is lost, and what stays. */
  readonly children: ReactNode
  readonly onConfirm: () => Promise<unknown>
}

/** A button that deletes for good: only after the name of what goes was typed. */
export function TypedConfirm({ label, name, button, word, children, ...question }: TypedConfirmProps) {
  const [isOpen, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  useHeadingAfterwards(isOpen)
  const open = () => {
    setTyped('')
    setOpen(true)
  }
  return (
    <>
      <Button variant="default" size="xs" aria-label={name} {...button} onClick={open}>
        {label}
      </Button>
      <ConfirmDialog {...question} isOpen={isOpen} onClose={() => setOpen(false)} canConfirm={typed.trim() === word}>
        <Stack gap="sm">
          {children}
          <TextInput
            label={
              <>
                Type <Code>{word}</Code> to go on
              </>
            }
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </Stack>
      </ConfirmDialog>
    </>
  )
}
