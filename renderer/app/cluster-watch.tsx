import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useClient } from '#renderer/data/client-context.ts'
import { clusterQueries } from '#renderer/data/cluster-queries.ts'
import { outcomeOf, useWatchedCreates, type Outcome } from '#renderer/data/cluster-watch.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { useRememberedTarget } from '#renderer/data/use-target.ts'

/** So long words stand for which one may have to look up from other work. */
const SHOWN_MS = 15_000

/** Chooses the target of a cluster that this browser had made, on whatever page one is, and says so. */
export function ClusterWatch() {
  const { watched } = useWatchedCreates()
  return watched.map((job) => <WatchOne key={job} job={job} />)
}

function WatchOne({ job }: { readonly job: string }) {
  const client = useClient()
  const { forget } = useWatchedCreates()
  const [, remember] = useRememberedTarget()
  const { data, error } = useQuery({ ...clusterQueries.job(client, job), refetchInterval: 10_000 })
  const isGone = error !== null && problemOf(error).code === 'not_found'
  useEffect(() => {
    const outcome: Outcome | undefined = isGone ? { kind: 'silent' } : data === undefined ? undefined : outcomeOf(data)
    if (outcome === undefined) return
    forget(job)
    if (outcome.kind === 'ready') remember(outcome.target)
    tell(outcome, data?.cluster ?? '')
  }, [job, data, isGone, forget, remember])
  return null
}

function tell(outcome: Outcome, cluster: string): void {
  // Its page says it by itself.
  const isOnPage = window.location.pathname === `/settings/clusters/${cluster}`
  if (outcome.kind === 'failed' && !isOnPage) {
    const title = `${cluster} was not created`
    notifications.show({ color: 'red', autoClose: SHOWN_MS, title, message: outcome.message })
  }
  if (outcome.kind === 'ready') {
    const title = `${cluster} is ready and chosen`
    const message = 'Runs start on it now, unless another target is chosen.'
    notifications.show({ color: 'green', autoClose: SHOWN_MS, title, message })
  }
}
