import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState, type FormEvent } from 'react'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { useHeadingAfterwards } from '#renderer/ui/heading-afterwards.ts'
import { FolderChooser } from './folder-chooser.tsx'

type DialogProps = { readonly isOpen: boolean; readonly onClose: () => void }

/** Adds a folder: its path is typed, pasted or chosen. */
export function AddFolder({ isOpen, onClose }: DialogProps) {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title="Add a folder with pipelines"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <AddForm onClose={onClose} />
    </Modal>
  )
}

function AddForm({ onClose }: { readonly onClose: () => void }) {
  const client = useClient()
  const cache = useQueryClient()
  const [path, setPath] = useState('')
  const list = useRef<HTMLUListElement>(null)
  // The button that opened the dialog is gone with the empty page.
  useHeadingAfterwards(true)
  const add = useMutation({
    mutationFn: (chosen: string) => client.addFolder({ path: chosen }),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: ['pipelines'] })
      onClose()
    },
  })
  const change = (next: string) => {
    setPath(next)
    add.reset()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (path.trim() !== '') add.mutate(path.trim())
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Path"
          description="Of a folder on the machine of the core. Type or paste it, or choose below; arrow down goes there."
          placeholder="/home/ada/wine"
          data-autofocus
          autoComplete="off"
          spellCheck={false}
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
