import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'

/** Registers a name, and goes to its page. */
export function CreateModel() {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button variant="default" leftSection={<Plus size={16} aria-hidden />} onClick={() => setOpen(true)}>
        New model
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="New model" centered>
        <NewModel onClose={() => setOpen(false)} />
      </Modal>
    </>
  )
}

function NewModel({ onClose }: { readonly onClose: () => void }) {
  const client = useClient()
  const cache = useQueryClient()
  const navigate = useNavigate()
  const [draft, setDraft] = useState({ name: '', description: '' })
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  const create = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      const { name } = await client.createModel(draft)
      void cache.invalidateQueries({ queryKey: ['tracking', 'models'] })
      onClose()
      await navigate({ to: '/models/$model', params: { model: name } })
    } catch (error) {
      setFailure(problemOf(error).message)
      setBusy(false)
    }
  }
  return (
    <Stack component="form" onSubmit={(event) => void create(event)}>
      <TextInput
        label="Name"
        description="As programs will load it: models:/NAME@champion. Neither / nor : can be in it."
        data-autofocus
        required
        value={draft.name}
        onChange={({ currentTarget: { value } }) => setDraft((old) => ({ ...old, name: value }))}
      />
      <Textarea
        label="Description"
        autosize
        minRows={2}
        value={draft.description}
        onChange={({ currentTarget: { value } }) => setDraft((old) => ({ ...old, description: value }))}
      />
      {failure !== undefined && <ProblemAlert title="The model was not made" message={failure} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Go back
        </Button>
        <Button type="submit" loading={isBusy} disabled={draft.name.trim() === ''}>
          Make model
        </Button>
      </Group>
    </Stack>
  )
}
