import { Checkbox, Modal, Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useClient } from '#renderer/data/client-context.ts'
import { experimentQueries } from '#renderer/data/experiment-queries.ts'
import { useChange, useExperimentIds } from './use-search.ts'

type AddProps = { readonly isOpen: boolean; readonly onClose: () => void }

/** Shows the runs of further experiments beside those of the first. */
export function AddExperiment({ isOpen, onClose }: AddProps) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Show runs of others too">
      <Others />
    </Modal>
  )
}

function Others() {
  const client = useClient()
  const change = useChange()
  const [first, ...others] = useExperimentIds()
  const { data } = useInfiniteQuery(experimentQueries.list(client, 'active', undefined))
  const offered = (data?.pages ?? []).flatMap((page) => page.experiments).filter(({ id }) => id !== first)
  const set = (ids: readonly string[]) => change({ with: ids.length === 0 ? undefined : ids.join(',') })
  return (
    <Stack gap="xs">
      {offered.map(({ id, name, runs }) => (
        <Checkbox
          key={id}
          label={`${name} (${runs.toLocaleString()})`}
          checked={others.includes(id)}
          onChange={() => set(others.includes(id) ? others.filter((it) => it !== id) : [...others, id])}
        />
      ))}
      {data !== undefined && offered.length === 0 && <Text size="sm">There is no other experiment.</Text>}
    </Stack>
  )
}
