import { ActionIcon, Button, Group, Stack, Text, Textarea, TextInput, Tooltip } from '@mantine/core'
import { Pencil } from 'lucide-react'
import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react'
import { ProblemAlert } from './problem-alert.tsx'

type EditableProps = {
  /** What the text is, such as `name` or `description`. */
  readonly what: string
  readonly text: string
  /** What stands there while there is none. */
  readonly empty: string
  /** Several lines; else one, which may not be empty. */
  readonly isLong?: boolean
  /** A button of this word stands alone, where the text is shown elsewhere. */
  readonly button?: string
  /** Rejects where it cannot be kept: its message is shown, and what was written stays. */
  readonly onSave: (text: string) => Promise<unknown>
}

/** A text with a button that edits it. Escape gives up; the focus goes back to the button. */
export function EditableText({ what, text, empty, isLong = false, button: word, onSave }: EditableProps) {
  const [isOpen, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const wasOpen = useRef(false)
  useEffect(() => {
    if (wasOpen.current && !isOpen) button.current?.focus()
    wasOpen.current = isOpen
  }, [isOpen])
  if (isOpen) return <Editor what={what} text={text} isLong={isLong} onSave={onSave} onClose={() => setOpen(false)} />
  const open = () => setOpen(true)
  const icon = <Pencil size={word === undefined ? 16 : 14} aria-hidden />
  if (word !== undefined) {
    return (
      <Button ref={button} variant="default" size="xs" leftSection={icon} onClick={open}>
        {word}
      </Button>
    )
  }
  return (
    <Group gap={4} wrap="nowrap" align={text.includes('\n') ? 'flex-start' : 'center'}>
      <Text
        component="div"
        size="sm"
        {...(text === '' ? { c: 'dimmed' } : {})}
        style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
      >
        {text === '' ? empty : text}
      </Text>
      <Tooltip label={`Edit the ${what}`}>
        <ActionIcon ref={button} variant="subtle" color="gray" aria-label={`Edit the ${what}`} onClick={open}>
          {icon}
        </ActionIcon>
      </Tooltip>
    </Group>
  )
}

type EditorProps = Omit<EditableProps, 'empty' | 'button'> & { readonly isLong: boolean; readonly onClose: () => void }

function Editor({ what, text, isLong, onSave, onClose }: EditorProps) {
  const [draft, setDraft] = useState(text)
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  const save = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      if (draft !== text) await onSave(isLong ? draft : draft.trim())
      onClose()
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
      setBusy(false)
    }
  }
  const onKeyDown = (event: KeyboardEvent) => event.key === 'Escape' && onClose()
  const field = {
    'aria-label': `New ${what}`,
    value: draft,
    autoFocus: true,
    onKeyDown,
  }
  return (
    <Stack gap="xs" component="form" onSubmit={(event) => void save(event)} maw={640}>
      {isLong ? (
        <Textarea
          autosize
          minRows={3}
          maxRows={12}
          {...field}
          onChange={(event) => setDraft(event.currentTarget.value)}
        />
      ) : (
        <TextInput {...field} onChange={(event) => setDraft(event.currentTarget.value)} />
      )}
      {failure !== undefined && <ProblemAlert title={`The ${what} was not changed`} message={failure} />}
      <Group gap="xs">
        <Button type="submit" size="xs" loading={isBusy} disabled={!isLong && draft.trim() === ''}>
          Save {what}
        </Button>
        <Button size="xs" variant="default" onClick={onClose}>
          Leave as it was
        </Button>
      </Group>
    </Stack>
  )
}
