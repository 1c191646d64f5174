import {
  notEnforcedOnCluster,
  type AttemptReport,
  type AttemptResult,
  type AttemptTask,
} from '#core/pipelines/index.ts'
import { attemptImage, type RunContext } from './run-context.ts'

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

/** Tells that its command began, once. */
export function tellStart(tracked: Tracked, { cluster }: Pick<RunContext, 'cluster'>, startedAt: number): void {
  if (tracked.isStarted) return
  tracked.isStarted = true
  const { definition } = tracked.task.step.bound.planned
  tracked.report.started(startedAt, notEnforcedOnCluster(definition), attemptImage(definition, cluster))
}

/** Tells how it ended. */
export function finish(tracked: Tracked, result: AttemptResult): void {
  tracked.isEnding = true
  tracked.ended.abort()
  tracked.report.finished(result)
}
