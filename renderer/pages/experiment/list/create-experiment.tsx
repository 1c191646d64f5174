import { Button, Modal } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useClient } from '#renderer/data/client-context.ts'
import { NameForm } from '../rename-experiment.tsx'

/** Makes an experiment, and goes to its page. */
export function CreateExperiment() {
  const client = useClient()
  const cache = useQueryClient()
  const navigate = useNavigate()
  const [isOpen, setOpen] = useState(false)
  const create = async (name: string) => {
    const { id } = await client.createExperiment({ name })
    await cache.invalidateQueries({ queryKey: ['tracking', 'experiments'] })
    await navigate({ to: '/experiments/$experiment', params: { experiment: id }, search: {} })
  }
  return (
    <>
      <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setOpen(true)}>
        New experiment
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="New experiment" centered>
        <NameForm
          label="Name"
          name=""
          submitLabel="Make experiment"
          problemTitle="The experiment was not made"
          onSubmit={create}
          onClose={() => setOpen(false)}
        />
      </Modal>
    </>
  )
}
