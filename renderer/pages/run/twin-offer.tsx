import { useQuery } from '@tanstack/react-query'
import { GitCompareArrows } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { isFinalRun } from '#core/contract/events.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { isOnCluster } from '#renderer/data/on-cluster.ts'
import { queries } from '#renderer/data/queries.ts'
import { ButtonLink } from '#renderer/ui/link.tsx'
import { useRun } from './run-context.ts'

/** Of a run on a cluster that is over: compares it with the latest run of the same on this machine, where there is one. */
export function TwinOffer() {
  const { graph, live } = useRun()
  const client = useClient()
  const isOver = useSyncExternalStore(live.subscribe, () => isFinalRun(live.progress().status))
  const { data } = useQuery({ ...queries.twins(client, graph.id), enabled: isOver && isOnCluster(graph) })
  const twin = data?.runs.find((run) => !isOnCluster(run))
  if (twin === undefined) return null
  return (
    <ButtonLink
      to="/runs/$run/verify/$other"
      params={{ run: graph.id, other: twin.id }}
      variant="default"
      leftSection={<GitCompareArrows size={16} aria-hidden />}
    >
      Compare with the local run
    </ButtonLink>
  )
}
