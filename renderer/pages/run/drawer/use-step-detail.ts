import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { isFinalStep } from '#core/contract/events.ts'
import { finishedItems, type StepProgress } from '#core/contract/run-progress.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { isOnCluster } from '#renderer/data/on-cluster.ts'
import { queries } from '#renderer/data/queries.ts'
import { useStepProgress } from '#renderer/data/use-run.ts'
import { useRun } from '../run-context.ts'
import { waitsFor } from '../step-words.ts'

/** What is fetched anew for the events of a run is fetched no more often. */
const EVERY_MS = 2_000
/** An item that waits in a cluster is looked at so often, in ms. */
const WAITING_MS = 3_000

/** A step run in full. It is fetched anew when its progress says that something about it changed. */
export function useStepDetail(step: string, item: number | null) {
  const { graph, live } = useRun()
  const client = useClient()
  const query = useQuery({
    ...queries.step(client, { run: graph.id, step, item }),
    staleTime: 0,
    // Why an item of a fan-out waits is told by no progress.
    refetchInterval: ({ state }) =>
      item !== null && isOnCluster(graph) && state.data?.view.status === 'pending' ? WAITING_MS : false,
  })
  const progress = useStepProgress(live, step)
  const isFinal = query.data !== undefined && isFinalStep(query.data.view.status)
  useRefreshOn(progress === undefined ? '' : signOf(progress, item, isFinal), () => void query.refetch())
  return query
}

/** What of a step's progress makes its details old. */
function signOf(progress: StepProgress, item: number | null, isFinal: boolean): string {
  const active = progress.active.get(item ?? 0)
  const own = `${progress.status} ${active?.attempt ?? ''} ${active?.phase ?? ''} ${waitsFor(progress) ?? ''}`
  // That an item was skipped or cached is told by the counts alone.
  return progress.total !== null && !isFinal ? `${own} ${finishedItems(progress)} ${progress.total}` : own
}

/** Calls back when a text changed, no more often than once in `EVERY_MS` and always after the last change. */
export function useRefreshOn(sign: string, refresh: () => void): void {
  const seen = useRef(sign)
  const last = useRef(0)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const latest = useRef(refresh)
  useEffect(() => {
    latest.current = refresh
  })
  useEffect(() => {
    if (seen.current === sign) return
    seen.current = sign
    timer.current ??= setTimeout(
      () => {
        timer.current = undefined
        last.current = performance.now()
        latest.current()
      },
      Math.max(0, last.current + EVERY_MS - performance.now()),
    )
  }, [sign])
  useEffect(() => () => clearTimeout(timer.current), [])
}
