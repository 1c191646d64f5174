import { TIMEOUT_MARGIN_MS } from '#core/attempts/index.ts'
import type { Job } from './job.ts'
import { runSpec } from './run.ts'
import { takeSpec } from './spec.ts'
import { stopSignal } from './stop.ts'

/** An attempt in a container that a core drives: it is told all by the file at a path. */
export function openContainerJob(path: string | undefined): Job {
  return {
    async run(writer) {
      const stopped = stopSignal()
      const spec = takeSpec(path)
      const timeoutMs = spec.timeoutMs === null ? null : spec.timeoutMs + TIMEOUT_MARGIN_MS
      return runSpec(spec, { writer, stopped, timeoutMs, isAlone: process.pid === 1 })
    },
    leave: (end) => Promise.resolve(end),
  }
}
