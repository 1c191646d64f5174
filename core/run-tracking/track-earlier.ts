import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { PipelineService } from '#core/pipelines/index.ts'
import type { Projector } from './projector.ts'

/** Runs that are looked at in one turn. */
const LOOK = 500
/** The pause after one that could not be tracked, in milliseconds. */
const FAILED_MS = 5_000

type Earlier = {
  readonly service: Pick<PipelineService, 'list'>
  readonly projector: Pick<Projector, 'isOver'>
  /** Settles with whether it could be; else it is tried again. */
  readonly track: (run: string) => Promise<boolean>
  readonly closing: AbortSignal
}

/**
 * Tracks what no earlier core came to, the newest runs first. After each there is a pause twice as long as it took, so
 * that a folder with many runs of old keeps nobody waiting. Rejects when `closing` is aborted.
 */
export async function trackEarlier({ service, projector, track, closing }: Earlier): Promise<void> {
  let before: string | undefined
  for (;;) {
    await nextTurn(undefined, { signal: closing })
    const runs = service.list({ limit: LOOK, ...(before === undefined ? {} : { before }) })
    for (const { id } of runs) {
      if (projector.isOver(id)) continue
      const began = performance.now()
      const isTracked = await track(id)
      // A full disk, perhaps: thousands of runs must not wait for it at once.
      const pause = isTracked ? 2 * (performance.now() - began) : FAILED_MS
      await sleep(pause, undefined, { signal: closing })
    }
    before = runs.at(-1)?.id
    if (runs.length < LOOK) return
  }
}
