import type { AttemptReport, AttemptTask } from '#core/pipelines/index.ts'

/** An attempt that the loop has begun and whose end was not told. */
export type Tracked = {
  readonly task: AttemptTask
  readonly report: AttemptReport
  isStarted: boolean
  isLookedAt: boolean
  isEnding: boolean
  /** Aborted when nothing but its end is of interest any more. */
  readonly ended: AbortController
}

export function track(task: AttemptTask, report: AttemptReport): Tracked {
  return { task, report, isStarted: false, isLookedAt: false, isEnding: false, ended: new AbortController() }
}
