import type { OutputRecords } from '#core/contract/outputs.ts'
import type { AttemptRuntime, Workload } from '#core/runtimes/driver.ts'
import type { Secrets } from '#core/secrets/index.ts'
import type { Blobs } from '#core/store/index.ts'
import type { CodeSnapshot } from './code-snapshot.ts'
import type { AttemptReport, AttemptTask } from './executor.ts'
import type { FrozenRun } from './run-rows.ts'
import type { StepTracking } from './step-tracking.ts'

/** What both stages of a run are opened with. */
export type StageOptions = {
  readonly home: string
  readonly run: string
  /** True when an earlier core drove the run: it may have left what this one knows nothing of. */
  readonly recovered: boolean
  readonly runtime: AttemptRuntime
  readonly blobs: Blobs
  readonly secrets: Pick<Secrets, 'read' | 'hidden'>
  readonly frozen: FrozenRun
  readonly snapshot: CodeSnapshot
  readonly now: () => number
  /** What steps track into; absent or undefined where nothing is tracked. */
  readonly tracking?: StepTracking | undefined
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
}

/** Where the attempts of one run play: what differs between processes and containers. */
export type Stage = {
  /**
   * Makes ready all that an attempt needs and says what is to be started. May be called again until it was. Throws a
   * Problem for what is in the way, or the signal's reason.
   */
  prepare(task: AttemptTask, report: AttemptReport, signal: AbortSignal): Promise<Workload>
  /** As much of its workload as is needed to look at an attempt, to wait for it and to stop it. */
  workload(task: AttemptTask): Workload
  /** Its command has begun, and another attempt may follow: what can be made ready for that one is. */
  makeNext(): void
  /** Takes the declared outputs of an attempt that ended well. Safe to repeat. Throws a Problem for what is wrong. */
  collect(task: AttemptTask): Promise<OutputRecords>
  /** An attempt runs: what its runner tells of what it tracks is handed on, until it is released or the signal aborts. */
  follow?(task: AttemptTask, signal: AbortSignal): void
  /** Hands on all that an attempt has tracked, however it ended. Safe to repeat. */
  takeTracked?(task: AttemptTask): Promise<void>
  /** What only the attempt itself needed may go. */
  release(task: AttemptTask): void
  /** Removes what is left of all attempts, logs apart. */
  clear(): Promise<void>
}
