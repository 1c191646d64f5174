import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { ExperimentView } from '#core/contract/tracking.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'

type FormProps = {
  readonly label: string
  readonly name: string
  readonly submitLabel: string
  readonly problemTitle: string
  /** Fulfilled when it is done. */
  readonly onSubmit: (name: string) => Promise<unknown>
  readonly onClose: () => void
}

/** A form with one name; what the core says of it stands below. */
export function NameForm({ label, name, submitLabel, problemTitle, onSubmit, onClose }: FormProps) {
  const [text, setText] = useState(name)
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setFailure(undefined)
    try {
      await onSubmit(text.trim())
      onClose()
    } catch (error) {
      setFailure(problemOf(error).message)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Stack component="form" onSubmit={(event) => void submit(event)}>
      <TextInput
        label={label}
        required
        data-autofocus
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      {failure !== undefined && <ProblemAlert title={problemTitle} message={failure} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Go back
        </Button>
        <Button type="submit" loading={isBusy} disabled={text.trim() === ''}>
          {submitLabel}
        </Button>
      </Group>
    </Stack>
  )
}

type RenameProps = { readonly experiment: ExperimentView; readonly isOpen: boolean; readonly onClose: () => void }

/** Gives an experiment another name. */
export function RenameExperiment({ experiment: { id, name }, isOpen, onClose }: RenameProps) {
  const client = useClient()
  const cache = useQueryClient()
  const rename = async (wanted: string) => {
    await client.updateExperiment({ experiment: id, name: wanted })
    await cache.invalidateQueries({ queryKey: ['tracking'] })
  }
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Rename ${name}`} centered>
      <NameForm
        label="Name"
        name={name}
        submitLabel="Rename"
        problemTitle="The experiment was not renamed"
        onSubmit={rename}
        onClose={onClose}
      />
    </Modal>
  )
}
