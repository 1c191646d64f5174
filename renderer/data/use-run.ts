import { useEffect, useMemo, useSyncExternalStore } from 'react'
import type { RunGraph } from '#core/contract/run-graph.ts'
import type { StepProgress } from '#core/contract/run-progress.ts'
import { useClient } from './client-context.ts'
import { liveRun, type LiveRun } from './live-run.ts'

/** The run of a graph, followed while the component is there; undefined until there is a graph. */
export function useLiveRun(graph: RunGraph | undefined): LiveRun | undefined {
  const client = useClient()
  const live = useMemo(() => (graph === undefined ? undefined : liveRun(client, graph)), [client, graph])
  useEffect(() => live?.start(), [live])
  return live
}

/** The progress of one step, drawn again only when that step changed. */
export function useStepProgress(live: LiveRun, name: string): StepProgress | undefined {
  return useSyncExternalStore(live.subscribe, () => live.step(name))
}
