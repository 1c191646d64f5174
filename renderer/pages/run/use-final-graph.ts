import { useQuery } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { isFinalRun } from '#core/contract/events.ts'
import type { RunGraph } from '#core/contract/run-graph.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { useRun } from './run-context.ts'

/** Whether the run is over, and its graph as it was read after that: what no event tells is in it. */
export function useFinalGraph(): { readonly isOver: boolean; readonly final: RunGraph | undefined } {
  const { graph, live } = useRun()
  const client = useClient()
  const isOver = useSyncExternalStore(live.subscribe, () => isFinalRun(live.progress().status))
  const isRead = isFinalRun(graph.status)
  const { data } = useQuery({ ...queries.finalGraph(client, graph.id), enabled: isOver && !isRead })
  return { isOver, final: isRead ? graph : data }
}
