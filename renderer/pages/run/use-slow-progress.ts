import { useMemo, useSyncExternalStore } from 'react'
import { isFinalRun } from '#core/contract/events.ts'
import type { RunProgress } from '#core/contract/run-progress.ts'
import type { LiveRun } from '#renderer/data/live-run.ts'

type Slow = {
  readonly read: () => RunProgress
  readonly subscribe: (listener: () => void) => () => void
}

/** The progress of a run, at most once in so many ms; its end is told at once. */
export function useSlowProgress(live: LiveRun, everyMs: number): RunProgress {
  const slow = useMemo(() => slowly(live, everyMs), [live, everyMs])
  return useSyncExternalStore(slow.subscribe, slow.read)
}

/** For one reader. */
export function slowly(live: Pick<LiveRun, 'progress' | 'subscribe'>, everyMs: number): Slow {
  let shown = live.progress()
  return {
    read: () => shown,
    subscribe: (listener) => {
      let timer: ReturnType<typeof setTimeout> | undefined
      let last = performance.now()
      const show = () => {
        clearTimeout(timer)
        timer = undefined
        last = performance.now()
        shown = live.progress()
        listener()
      }
      shown = live.progress()
      const unsubscribe = live.subscribe(() => {
        if (isFinalRun(live.progress().status)) show()
        else timer ??= setTimeout(show, Math.max(0, last + everyMs - performance.now()))
      })
      return () => {
        clearTimeout(timer)
        unsubscribe()
      }
    },
  }
}
