import { Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { LocalClusterView } from '#core/contract/local-clusters.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { clusterQueries } from '#renderer/data/cluster-queries.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { DeleteCluster, StopCluster, UpgradeCluster } from './cluster-actions.tsx'
import { Gone } from './gone.tsx'
import { StateBody } from './state-body.tsx'

const FROM = { from: '/settings/clusters/$cluster' } as const

/** One local cluster: what its state asks for. */
export function ClusterPage() {
  const { cluster: name } = useParams(FROM)
  return <ClusterOf key={name} name={name} />
}

function ClusterOf({ name }: { readonly name: string }) {
  const client = useClient()
  const { data, error, refetch } = useQuery(clusterQueries.one(client, name))
  const isGone = error !== null && problemOf(error).code === 'not_found'
  const isShown = data !== undefined && !isGone
  const job = useLatestJob(data?.job ?? null)
  return (
    <Page title={name} actions={isShown && <Actions cluster={data} />}>
      {isShown && (
        <div role="status" aria-label="State of the cluster">
          <Status status={data.state} />
        </div>
      )}
      {isGone && <Gone name={name} job={job} />}
      {error !== null && !isGone && (
        <ProblemAlert
          title="The cluster is not shown as it is"
          message={error.message}
          onRetry={() => void refetch()}
        />
      )}
      {data === undefined && error === null && <Waiting what="the cluster" />}
      {isShown && <StateBody cluster={data} onLookAgain={() => void refetch()} />}
      <Text size="sm">
        <TextLink to="/settings/targets">All targets</TextLink>
      </Text>
    </Page>
  )
}

/** Id of the latest work on the cluster. The address keeps it: a create that fails early leaves nothing but its job. */
function useLatestJob(latest: LocalClusterView['job']): string | undefined {
  const { job } = useSearch(FROM)
  const navigate = useNavigate(FROM)
  const running = latest?.status === 'running' ? latest.id : undefined
  useEffect(() => {
    if (running !== undefined && running !== job) {
      void navigate({ search: { job: running }, replace: true, resetScroll: false })
    }
  }, [running, job, navigate])
  return latest?.id ?? job
}

/** What can be done from the top of the page; nothing while something goes on. */
function Actions({ cluster }: { readonly cluster: LocalClusterView }) {
  const { state, upgradable, job } = cluster
  if (job?.status === 'running' || state === 'creating' || state === 'failed' || state === 'deleting') return null
  return (
    <Group gap="xs">
      {state === 'ready' && upgradable && <UpgradeCluster cluster={cluster} />}
      {state === 'ready' && <StopCluster cluster={cluster} />}
      <DeleteCluster cluster={cluster} />
    </Group>
  )
}
