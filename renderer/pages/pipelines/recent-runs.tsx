import { Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { RunSummary } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { queries } from '#renderer/data/queries.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { Duration, epochOf, Time } from '#renderer/ui/time.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'

const HEAD = (
  <>
    <Table.Th>Status</Table.Th>
    <Table.Th>Run</Table.Th>
    <Table.Th>Started</Table.Th>
    <Table.Th ta="right">Duration</Table.Th>
    <Table.Th>Digest</Table.Th>
  </>
)

/** The latest 50 runs that were started from a document. */
export function RecentRuns({ file }: { readonly file: string }) {
  const client = useClient()
  const { data, error, refetch } = useQuery(queries.runsOfPipeline(client, file))
  return (
    <div>
      <Title order={2} size="h4" mb="xs">
        Last runs
      </Title>
      {error !== null && (
        <ProblemAlert
          title="The runs could not be read"
          message={problemOf(error).message}
          onRetry={() => void refetch()}
        />
      )}
      {data?.runs.length === 0 && <Text size="sm">No run was started from this document yet.</Text>}
      {data !== undefined && data.runs.length > 0 && (
        <WideTable label="Last runs" head={HEAD} minWidth={560}>
          {data.runs.map((run) => (
            <Row key={run.id} run={run} />
          ))}
        </WideTable>
      )}
    </div>
  )
}

function Row({ run }: { readonly run: RunSummary }) {
  const { id, status, createdAt, startedAt, finishedAt, pipelineDigest } = run
  return (
    <Table.Tr>
      <Table.Td>
        <Status status={status} />
      </Table.Td>
      <Table.Td>
        <TextLink to="/runs/$run" params={{ run: id }} ff="monospace" size="sm">
          {id}
        </TextLink>
      </Table.Td>
      <Table.Td>
        <Time iso={createdAt} />
      </Table.Td>
      <Table.Td ta="right">
        <Duration from={epochOf(startedAt)} to={epochOf(finishedAt)} />
      </Table.Td>
      <Table.Td ff="monospace">{pipelineDigest.slice(0, 8)}</Table.Td>
    </Table.Tr>
  )
}
