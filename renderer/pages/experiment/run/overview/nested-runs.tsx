import { Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { TrackedRunView } from '#core/contract/tracking.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { trackedRunQueries } from '#renderer/data/tracked-run-queries.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Section } from '#renderer/ui/section.tsx'
import { Duration, epochOf, Time } from '#renderer/ui/time.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'

/** The runs that are nested in this one: steps of a pipeline, tries of a search. */
export function NestedRuns({ run }: { readonly run: TrackedRunView }) {
  const client = useClient()
  const place = { experiment: run.experiment, run: run.id }
  const { data, error, refetch } = useQuery(trackedRunQueries.nested(client, place))
  return (
    <Section title="Runs within it">
      {data === undefined && error === null && <Waiting what="the runs" />}
      {error !== null && (
        <ProblemAlert title="They are not shown" message={error.message} onRetry={() => void refetch()} />
      )}
      {data !== undefined && (
        <>
          <WideTable
            label="Runs within it"
            minWidth={520}
            head={['Run', 'Status', 'Step', 'Started', 'Took'].map((name) => (
              <Table.Th key={name} scope="col">
                {name}
              </Table.Th>
            ))}
          >
            {data.runs.map((it) => (
              <Table.Tr key={it.id}>
                <Table.Th scope="row" fw={400}>
                  <TextLink
                    inherit
                    to="/experiments/$experiment/runs/$run"
                    params={{ experiment: it.experiment, run: it.id }}
                  >
                    {it.name}
                  </TextLink>
                </Table.Th>
                <Table.Td>{it.status.toLowerCase()}</Table.Td>
                <Table.Td>{it.step ?? '–'}</Table.Td>
                <Table.Td>
                  <Time iso={it.startedAt} />
                </Table.Td>
                <Table.Td>
                  <Duration from={epochOf(it.startedAt)} to={epochOf(it.finishedAt)} />
                </Table.Td>
              </Table.Tr>
            ))}
          </WideTable>
          {data.next !== null && (
            <Text size="sm" mt="xs">
              The newest {data.runs.length} of {data.total?.toLocaleString() ?? 'many'} are shown.
            </Text>
          )}
        </>
      )}
    </Section>
  )
}
