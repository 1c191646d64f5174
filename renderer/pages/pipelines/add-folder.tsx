import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState, type FormEvent, type ReactNode } from 'react'
import { useClient } from '#renderer/data/client-context.ts'
import { usePathChoice } from '#renderer/data/desktop.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { chooseSection } from '#renderer/ui/choose-button.tsx'
import { useHeadingAfterwards } from '#renderer/ui/heading-afterwards.ts'
import { FolderChooser } from './folder-chooser.tsx'

type FormProps = {
  readonly onClose: () => void
  /** The path that the field begins with. */
  readonly start?: string
  readonly onAdded?: () => void
  /** Why it is asked, and what comes of it. */
  readonly children?: ReactNode
}
type DialogProps = FormProps & { readonly isOpen: boolean }

/** Adds a folder: its path is typed, pasted or chosen. */
export function AddFolder({ isOpen, ...form }: DialogProps) {
  return (
    <Modal
      opened={isOpen}
      onClose={form.onClose}
      title="Add a folder with pipelines"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <AddForm {...form} />
    </Modal>
  )
}

function AddForm({ onClose, start = '', onAdded, children }: FormProps) {
  const client = useClient()
  const cache = useQueryClient()
  const [path, setPath] = useState(start)
  const list = useRef<HTMLUListElement>(null)
  // The button that opened the dialog is gone with the empty page.
  useHeadingAfterwards(true)
  const add = useMutation({
    mutationFn: (chosen: string) => client.addFolder({ path: chosen }),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: ['pipelines'] })
      onClose()
      onAdded?.()
    },
  })
  const change = (next: string) => {
    setPath(next)
    add.reset()
  }
  const choice = usePathChoice('folder', change)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (path.trim() !== '') add.mutate(path.trim())
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        {children !== undefined && <Text size="sm">{children}</Text>}
        <TextInput
          label="Path"
          description="Of a folder on the machine of the core. Type or paste it, or choose below; arrow down goes there."
          placeholder="/home/ada/wine"
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          {...chooseSection(choice, 'a folder')}
          value={path}
          error={add.error === null ? undefined : problemOf(add.error).message}
          onChange={(event) => change(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown') return
            event.preventDefault()
            list.current?.querySelector<HTMLElement>('button')?.focus()
          }}
        />
        <FolderChooser path={path.trim()} onChoose={change} listRef={list} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={add.isPending} disabled={path.trim() === ''}>
            Add this folder
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
