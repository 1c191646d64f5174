import { Group, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Container, Plus, Server } from 'lucide-react'
import type { ClusterTargetView } from '#core/contract/cluster-targets.ts'
import type { TargetView } from '#core/contract/routes-targets.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { clusterQueries } from '#renderer/data/cluster-queries.ts'
import { queries } from '#renderer/data/queries.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ButtonLink, TextLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { ClustersHere } from './clusters-here.tsx'
import { LastTest } from './last-test.tsx'
import { State } from './state.tsx'

/** Where runs can play: processes of this machine, containers of its engine, and clusters. */
export function TargetsPage() {
  const client = useClient()
  const { data, error, refetch } = useQuery(queries.clusterTargets(client))
  const ownCount = useQuery(clusterQueries.list(client)).data?.clusters.length ?? 0
  const add = (
    <Group gap="xs">
      <ButtonLink to="/settings/clusters/new" leftSection={<Container size={16} aria-hidden />}>
        Create local cluster
      </ButtonLink>
      <ButtonLink to="/settings/new-target" variant="default" leftSection={<Plus size={16} aria-hidden />}>
        Add a cluster
      </ButtonLink>
    </Group>
  )
  return (
    <Page title="Targets" actions={add}>
      <Text maw={760}>
        Each run plays on a target. The same pipeline gives the same on every one, out of one cache. A cluster target is
        a place in a Kubernetes cluster where Argo Workflows plays runs; they go on there while this machine is off.
      </Text>
      {error !== null && (
        <ProblemAlert title="The clusters are not shown" message={error.message} onRetry={() => void refetch()} />
      )}
      {error === null && data === undefined && <Waiting what="the targets" />}
      {data !== undefined && (
        <>
          <TargetTable clusters={data.targets} />
          {data.targets.length === 0 && ownCount === 0 && <NoCluster />}
        </>
      )}
      <ClustersHere />
      <Text size="sm">
        <TextLink to="/settings">All settings</TextLink>
      </Text>
    </Page>
  )
}

function NoCluster() {
  return (
    <EmptyState
      icon={Server}
      title="No cluster was added yet"
      action={<ButtonLink to="/settings/new-target">Add the first cluster</ButtonLink>}
    >
      Create one on this machine: it brings all that runs need. Of another cluster you need a namespace with Argo
      Workflows, a registry for images and a bucket for artifacts. On the command line:{' '}
      <code>minisub cluster create</code> and <code>minisub target add --help</code>
    </EmptyState>
  )
}

/** Clusters are listed at once; whether one answers may take some seconds. */
function TargetTable({ clusters }: { readonly clusters: readonly ClusterTargetView[] }) {
  const client = useClient()
  const { data, error, refetch } = useQuery(queries.targets(client))
  const stateOf = (name: string) => data?.targets.find((it) => it.name === name)
  const head = (
    <>
      <Table.Th scope="col" w={180}>
        Target
      </Table.Th>
      <Table.Th scope="col">State</Table.Th>
      <Table.Th scope="col" w={240}>
        Last test in this tab
      </Table.Th>
    </>
  )
  return (
    <>
      {error !== null && (
        <ProblemAlert title="Their states are not known" message={error.message} onRetry={() => void refetch()} />
      )}
      <WideTable label="Targets" head={head} minWidth={620}>
        {['process', 'docker'].map((name) => (
          <TargetRow key={name} name={name} state={stateOf(name)} isAsked={error === null} />
        ))}
        {clusters.map((cluster) => (
          <TargetRow
            key={cluster.name}
            name={cluster.name}
            cluster={cluster}
            state={stateOf(cluster.name)}
            isAsked={error === null}
          />
        ))}
      </WideTable>
    </>
  )
}

type RowProps = {
  readonly name: string
  readonly cluster?: ClusterTargetView
  readonly state: TargetView | undefined
  readonly isAsked: boolean
}

function TargetRow({ name, cluster, state, isAsked }: RowProps) {
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400} style={{ verticalAlign: 'top' }}>
        {cluster === undefined ? (
          name
        ) : (
          <TextLink to="/settings/targets/$target" params={{ target: name }}>
            {name}
          </TextLink>
        )}
      </Table.Th>
      <Table.Td>
        <State state={state} isAsked={isAsked} profile={cluster?.profile} />
        {name === 'docker' && (
          <TextLink to="/settings" size="sm">
            Settings of the engine
          </TextLink>
        )}
      </Table.Td>
      <Table.Td style={{ verticalAlign: 'top' }}>{cluster === undefined ? '' : <LastTest target={name} />}</Table.Td>
    </Table.Tr>
  )
}
