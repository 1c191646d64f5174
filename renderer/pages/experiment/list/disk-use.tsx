import { Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { TrackingDisk } from '#core/contract/tracking.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { experimentQueries } from '#renderer/data/experiment-queries.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { runsText } from '../actions.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Section } from '#renderer/ui/section.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'

/** What tracked runs hold on disk. */
export function DiskUse() {
  const client = useClient()
  const { data, error, refetch } = useQuery(experimentQueries.disk(client))
  return (
    <Section title="On disk">
      {error !== null && (
        <ProblemAlert
          title="The figures could not be read"
          message={problemOf(error).message}
          onRetry={() => void refetch()}
        />
      )}
      {data === undefined && error === null && <Waiting what="the figures" />}
      {data !== undefined && <Figures disk={data} />}
    </Section>
  )
}

function Figures({ disk }: { readonly disk: TrackingDisk }) {
  const { databaseBytes, artifactBytes, trash, experiments } = disk
  return (
    <>
      <Text size="sm" mb="xs">
        The database has {bytesText(databaseBytes)}, files of runs {bytesText(artifactBytes)}. In the trash are{' '}
        {runsText(trash.runs)}; emptying it frees files of {bytesText(trash.bytes)}. Files that several runs share are
        kept once: what goes with an experiment alone is its own.
      </Text>
      {experiments.length > 0 && (
        <WideTable
          label="Files of experiments"
          head={
            <>
              <Table.Th scope="col">Experiment</Table.Th>
              <Table.Th scope="col" ta="right">
                Runs
              </Table.Th>
              <Table.Th scope="col" ta="right">
                Files
              </Table.Th>
              <Table.Th scope="col" ta="right">
                Its own
              </Table.Th>
            </>
          }
        >
          {experiments.map(({ id, name, stage, runs, bytes, ownBytes }) => (
            <Table.Tr key={id}>
              <Table.Th scope="row" fw={400}>
                {stage === 'active' ? (
                  <TextLink to="/experiments/$experiment" params={{ experiment: id }} search={{}} size="sm">
                    {name}
                  </TextLink>
                ) : (
                  `${name} (in the trash)`
                )}
              </Table.Th>
              <Table.Td ta="right">{runs.toLocaleString()}</Table.Td>
              <Table.Td ta="right">{bytesText(bytes)}</Table.Td>
              <Table.Td ta="right">{bytesText(ownBytes)}</Table.Td>
            </Table.Tr>
          ))}
        </WideTable>
      )}
    </>
  )
}
