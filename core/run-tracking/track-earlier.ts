import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { PipelineService } from '#core/pipelines/index.ts'
import type { Projector } from './projector.ts'

/** Runs that are looked at in one turn. */
const LOOK = 500

type Earlier = {
  readonly service: Pick<PipelineService, 'list'>
  readonly projector: Pick<Projector, 'isOver'>
  readonly track: (run: string) => Promise<void>
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
      await track(id)
      await sleep(2 * (performance.now() - began), undefined, { signal: closing })
    }
    before = runs.at(-1)?.id
    if (runs.length < LOOK) return
  }
}
