import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useClient } from '#renderer/data/client-context.ts'
import { useLongCall } from '#renderer/data/use-long-call.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { ProgressLines } from '#renderer/ui/progress-lines.tsx'

type Loaded = { readonly image: string; readonly reference: string; readonly by: 'registry' | 'archive' | 'present' }

/** Gives an image of the container engine to a cluster. */
export function LoadImage({ name }: { readonly name: string }) {
  const client = useClient()
  const [image, setImage] = useState('')
  const [done, setDone] = useState<Loaded>()
  const cache = useQueryClient()
  const refresh = () => void cache.invalidateQueries({ queryKey: ['cluster-images', name] })
  const call = useLongCall<Loaded>({
    onDone: (loaded) => {
      setDone(loaded)
      setImage('')
      refresh()
    },
    onDoneElsewhere: (loaded) => ({ title: `${loaded.image} was loaded`, message: textOf(loaded) }),
    failedElsewhere: 'The image was not loaded',
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wanted = image.trim()
    setDone(undefined)
    if (wanted !== '') call.begin(async (options) => client.loadClusterImage({ name, image: wanted }, options))
  }
  return (
    <Stack gap="xs" component="form" onSubmit={submit} mb="sm" maw={760}>
      <Group align="flex-end" gap="xs">
        <TextInput
          label="Load an image of the engine"
          description="By its name, as docker images lists it"
          placeholder="team/train:3"
          autoComplete="off"
          spellCheck={false}
          style={{ flex: '1 1 220px' }}
          value={image}
          onChange={({ currentTarget }) => setImage(currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={call.isBusy} disabled={image.trim() === ''}>
          Load
        </Button>
      </Group>
      {call.problem !== undefined && (
        <ProblemAlert title="It was not loaded" message={call.problem.message} details={call.problem.details} />
      )}
      {call.isBusy && <ProgressLines title="Loading" lines={call.lines} onGiveUp={call.giveUp} />}
      <Text size="sm" role="status">
        {done !== undefined && textOf(done)}
        {call.wasGivenUp && 'Given up; what came already is not brought again.'}
      </Text>
    </Stack>
  )
}

function textOf({ image, reference, by }: Loaded): string {
  if (by === 'present') return `${image} was there already: pods name it ${reference}.`
  const way = by === 'registry' ? 'its registry' : 'an archive'
  return `${image} was brought by ${way}: pods name it ${reference}.`
}
