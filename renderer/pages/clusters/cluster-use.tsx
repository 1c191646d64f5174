import { Button, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import type { ClusterEvent, ClusterNodeUse } from '#core/contract/local-clusters.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { clusterQueries } from '#renderer/data/cluster-queries.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Section } from '#renderer/ui/section.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'

/** What the nodes use now, and what happened in the cluster lately. */
export function ClusterUse({ name }: { readonly name: string }) {
  const client = useClient()
  const { data, error, refetch } = useQuery(clusterQueries.use(client, name))
  return (
    <Stack gap="md">
      {error !== null && (
        <ProblemAlert title="What it uses is not known" message={error.message} onRetry={() => void refetch()} />
      )}
      {data === undefined && error === null && <Waiting what="what it uses" />}
      {data !== undefined && (
        <>
          <Section title="Use of the nodes">
            <Nodes nodes={data.nodes} />
          </Section>
          <Section title="Events">
            <Events events={data.events} />
          </Section>
        </>
      )}
    </Stack>
  )
}

function Nodes({ nodes }: { readonly nodes: readonly z.infer<typeof ClusterNodeUse>[] }) {
  const head = (
    <>
      <Table.Th scope="col">Node</Table.Th>
      <Table.Th scope="col">CPU</Table.Th>
      <Table.Th scope="col">Memory</Table.Th>
    </>
  )
  return (
    <WideTable label="Use of the nodes" head={head} minWidth={320}>
      {nodes.map(({ node, cpu, memoryBytes, memoryLimitBytes }) => (
        <Table.Tr key={node}>
          <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
            {node}
          </Table.Th>
          <Table.Td>{cpu.toFixed(2)} cores</Table.Td>
          <Table.Td>
            {bytesText(memoryBytes)} of {bytesText(memoryLimitBytes)}
          </Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  )
}

/** So many of the latest events are shown where nobody asks for more. */
const FEW = 10

function Events({ events }: { readonly events: readonly z.infer<typeof ClusterEvent>[] }) {
  const [isAll, setAll] = useState(false)
  if (events.length === 0) return <Text size="sm">Nothing happened lately.</Text>
  const head = (
    <>
      <Table.Th scope="col" w={170}>
        Reason and time
      </Table.Th>
      <Table.Th scope="col">What, and about what</Table.Th>
    </>
  )
  return (
    <Stack gap="xs" align="flex-start">
      <WideTable label="Events" head={head} minWidth={340}>
        {events.slice(0, isAll ? undefined : FEW).map((event, i) => (
          // Several may differ in their words alone.
          <EventRow key={`${event.namespace} ${event.object} ${event.reason} ${event.at} ${i}`} event={event} />
        ))}
      </WideTable>
      {events.length > FEW && (
        <Button variant="default" size="xs" aria-expanded={isAll} onClick={() => setAll(!isAll)}>
          {isAll ? `Show the latest ${FEW} events` : `Show all ${events.length} events`}
        </Button>
      )}
    </Stack>
  )
}

function EventRow({ event }: { readonly event: z.infer<typeof ClusterEvent> }) {
  const { at, type, reason, object, namespace, message, count } = event
  return (
    <Table.Tr style={{ verticalAlign: 'top' }}>
      <Table.Td>
        <Status status={type === 'Warning' ? 'warning' : 'info'} label={reason} />
        <Text size="xs" component="div">
          <Time iso={at} />
          {count > 1 && `, ${count} times`}
        </Text>
      </Table.Td>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>
        <Text size="sm">{message}</Text>
        <Text size="xs">
          {object} in {namespace}
        </Text>
      </Table.Td>
    </Table.Tr>
  )
}
