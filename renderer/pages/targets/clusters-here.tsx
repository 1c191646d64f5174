import { Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { FoundCluster, LocalClusterView } from '#core/contract/local-clusters.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { clusterQueries } from '#renderer/data/cluster-queries.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Section } from '#renderer/ui/section.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { FoundTable } from './found-table.tsx'

/** Clusters on this machine: those that were made here, and those of other programs. */
export function ClustersHere() {
  const client = useClient()
  const { data, error, refetch } = useQuery({ ...clusterQueries.list(client), refetchInterval: 10_000 })
  return (
    <Stack gap="lg">
      {error !== null && (
        <ProblemAlert
          title="The clusters on this machine are not known"
          message={error.message}
          onRetry={() => void refetch()}
        />
      )}
      {data === undefined && error === null && <Waiting what="the clusters on this machine" />}
      {data !== undefined && <Both clusters={data.clusters} found={data.found} />}
    </Stack>
  )
}

type BothProps = { readonly clusters: readonly LocalClusterView[]; readonly found: readonly FoundCluster[] }

function Both({ clusters, found }: BothProps) {
  return (
    <>
      {clusters.length > 0 && (
        <Section title="Local clusters">
          <OwnTable clusters={clusters} />
        </Section>
      )}
      {found.length > 0 && (
        <Section title="Other clusters on this machine">
          <Text size="sm" mb="xs" maw={760}>
            Made by other programs. One that has Argo Workflows, a registry and a bucket can be added as a target;{' '}
            <code>minisub cluster install</code> puts in what is missing.
          </Text>
          <FoundTable found={found} />
        </Section>
      )}
    </>
  )
}

function OwnTable({ clusters }: { readonly clusters: readonly LocalClusterView[] }) {
  const head = (
    <>
      <Table.Th scope="col" w="30%">
        Cluster
      </Table.Th>
      <Table.Th scope="col">State</Table.Th>
    </>
  )
  return (
    <WideTable label="Local clusters" head={head} minWidth={320}>
      {clusters.map((cluster) => (
        <Table.Tr key={cluster.name} style={{ verticalAlign: 'top' }}>
          <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
            <TextLink to="/settings/clusters/$cluster" params={{ cluster: cluster.name }}>
              {cluster.name}
            </TextLink>
          </Table.Th>
          <Table.Td>
            <StateOf cluster={cluster} />
          </Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  )
}

function StateOf({ cluster: { state, job, reason, nodes } }: { readonly cluster: LocalClusterView }) {
  const step = job?.status === 'running' ? job.steps.find(({ status }) => status === 'running') : undefined
  const text =
    job?.status === 'running'
      ? `${Math.floor(job.progress * 100)} %${step === undefined ? '' : `: ${step.title}`}`
      : (reason ?? (nodes.length === 1 ? '1 node' : `${nodes.length} nodes`))
  return (
    <Text component="div" size="sm" style={{ overflowWrap: 'anywhere' }}>
      <Status status={state} /> {text}
    </Text>
  )
}
