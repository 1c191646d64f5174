import type { ProblemCode } from '#core/base/problem-codes.ts'
import type { AttemptImage } from '#core/contract/events.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import type { RunState, StepState } from './run-state.ts'

/** An attempt that the engine wants to run; everything that it reads is final in `state`. */
export type AttemptTask = {
  readonly run: string
  readonly state: RunState
  readonly step: StepState
  /** Null outside a fan-out. */
  readonly item: number | null
  readonly attempt: number
  /** Sequence number of the event that created it; with the attempt it names the folder. */
  readonly createdSeq: number
}

/** An attempt as its events name it. */
export function nameOf({ step, item, attempt }: AttemptTask): { step: string; item: number | null; attempt: number } {
  return { step: step.bound.planned.name, item, attempt }
}

/** The step run of an attempt, within its run. */
export function keyOf({ step, item }: AttemptTask): string {
  return `${step.index} ${item ?? ''}`
}

/** How an attempt ended. Times are epoch ms. */
export type AttemptResult = {
  readonly outcome: 'succeeded' | 'failed' | 'lost' | 'cancelled'
  readonly finishedAt: number
  readonly exitCode: number | null
  readonly signal: string | null
  readonly code: ProblemCode | null
  readonly reason: string | null
  readonly cpuSeconds: number | null
  readonly peakMemoryBytes: number | null
  /** Bytes of the files that it was given, and of what it left. */
  readonly inputBytes: number | null
  readonly outputBytes: number | null
  readonly outputs: OutputRecords
  /** True where it is known that it was asked to stop before it ended: it may have ended as if all were done. */
  readonly stopped?: boolean
}

/** Where an executor reports to. After `finished` or `absent` it says no more about the attempt. */
export type AttemptReport = {
  /** Why it does not run yet; null when it waits no more. */
  waiting(reason: string | null): void
  started(startedAt: number, notEnforced: readonly string[], image?: AttemptImage): void
  finished(result: AttemptResult): void
  /** Only after `adopt`: it never began and cannot begin any more. */
  absent(): void
  environment(event: { kind: 'building' } | { kind: 'ready'; seconds: number }, name: string, digest: string): void
}

/** Runs attempts for the local engine: prepares, starts, waits, collects. */
export type Executor = {
  execute(task: AttemptTask, report: AttemptReport): void
  /** Takes up an attempt that an earlier core created. */
  adopt(task: AttemptTask, report: AttemptReport): void
  /** Asks it to stop, kills it after the grace period; its end is reported as for any other. */
  stop(task: AttemptTask, graceMs: number): void
  /** Its end is on disk, so no later core will ask for it: what only the attempt itself needed may go. */
  release(task: AttemptTask): void
  /** Gives up all that has not begun, which a later core will begin; what runs goes on. */
  detach(): void
  /** Ends what the run left behind; called once after its last attempt. */
  sweep(run: string): Promise<void>
}

/**
 * The run as a cluster's engine plays it. That engine decides what begins; the executor of the run tells of each attempt
 * as if it had started it.
 */
export type Mirror = {
  /** Called once, before all else. */
  open(report: MirrorReport): void
  /** Whether the engine has begun an attempt, or is over without it: then its executor says what became of it. */
  hasBegun(step: string, item: number | null, attempt: number): boolean
  /** Sends what the scheduler has left to do, once, whatever happens: an earlier core may have sent it. */
  submit(state: RunState): void
  /**
   * Lets the engine begin nothing more, and calls back once all that it had begun is known here and, with `wait`, has
   * ended; what never got to run is not waited for. Safe to repeat.
   */
  leave(wish: LeaveWish): void
  /** Waits for the engine no longer: what runs ends as cancelled now, and what is left there is swept when it answers. */
  abandon(): void
}

export type LeaveWish = {
  /** Until what runs has ended. */
  readonly wait: boolean
  /** Whether it is written down here that an attempt has begun, or with `ended` that it has ended. */
  readonly isTold: (attempt: ToldAttempt, ended: boolean) => boolean
  readonly done: () => void
}

export type ToldAttempt = { readonly step: string; readonly item: number | null; readonly attempt: number }

/** Where a mirror reports to. */
export type MirrorReport = {
  /** `hasBegun` may answer otherwise now. */
  changed(): void
  submitted(name: string, uid: string): void
  /** It cannot be sent, and will not be. */
  refused(code: ProblemCode, reason: string): void
  /** Nothing is heard of the run, for the reason; null when it is heard again. */
  connection(reason: string | null): void
  /** Somebody else has ended the run in the cluster. */
  cancelled(): void
}

/** An attempt that ended before its command began. */
export function failedBeforeStart(code: ProblemCode, reason: string, now: number): AttemptResult {
  return { ...NOTHING, outcome: 'failed', finishedAt: now, code, reason }
}

/** The parts of a result that say nothing. */
export const NOTHING = {
  exitCode: null,
  signal: null,
  code: null,
  reason: null,
  cpuSeconds: null,
  peakMemoryBytes: null,
  inputBytes: null,
  outputBytes: null,
  outputs: {},
} as const
