import type { Json, JsonObject } from '../base/json.ts'
import type { ProblemCode } from '../base/problem-codes.ts'
import type { OutputRecords } from './outputs.ts'

/** States of a step run. All but the first two are final. */
export const STEP_STATUSES = [
  'pending',
  'running',
  'succeeded',
  'failed',
  'skipped',
  'cached',
  'cancelled',
  'lost',
] as const
export type StepStatus = (typeof STEP_STATUSES)[number]
export type FinalStepStatus = Exclude<StepStatus, 'pending' | 'running'>

/** States of a run. All but the first two are final. */
export const RUN_STATUSES = ['pending', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type RunStatus = (typeof RUN_STATUSES)[number]

export function isFinalStep(status: StepStatus): status is FinalStepStatus {
  return status !== 'pending' && status !== 'running'
}
export function isFinalRun(status: RunStatus): boolean {
  return status !== 'pending' && status !== 'running'
}

/** A step run: `item` is null outside a fan-out. */
type Of = { readonly step: string; readonly item: number | null }
type Attempt = Of & { readonly attempt: number }

/** Why a step ran instead of being taken from the cache. */
export type CacheVerdict = {
  readonly hit: boolean
  /** One sentence, such as `inputs.train: the content differs from that of run …`. */
  readonly reason: string
}

/** The image that a container or pod was started of. */
export type AttemptImage = {
  /** `sha256:…`: in a pod that of the registry, in a container of Docker the id that the engine has it by. */
  readonly digest: string
  /** Such as `linux/amd64`. */
  readonly platform: string
}

/** Where a run goes on: another run that takes over what has succeeded, and its target. */
export type Moved = { readonly run: string; readonly target: string }

export type AttemptOutcome = 'succeeded' | 'failed' | 'lost' | 'cancelled'

/**
 * What happened in a run, in order. Every engine, local or in a cluster, writes these; the state of a run is a pure
 * function of them. Times are epoch milliseconds.
 */
export type RunEvent =
  | { readonly kind: 'run.started' }
  /** A cluster's engine has taken the run: from now on it decides, and this log follows it. */
  | { readonly kind: 'run.submitted'; readonly name: string; readonly uid: string }
  /** Whether this machine hears of a run in a cluster, which goes on in any case; `reason` where it does not. */
  | { readonly kind: 'run.connection'; readonly state: 'lost' | 'connected'; readonly reason: string | null }
  | { readonly kind: 'environment.building'; readonly environment: string; readonly digest: string }
  | {
      readonly kind: 'environment.ready'
      readonly environment: string
      readonly digest: string
      readonly seconds: number
    }
  | {
      readonly kind: 'step.expanded'
      readonly step: string
      readonly items: readonly JsonObject[]
      readonly key: string
    }
  | {
      readonly kind: 'step.cached'
      readonly step: string
      readonly item: number | null
      readonly key: string
      readonly outputs: OutputRecords
      /** The run that made the outputs. */
      readonly from: string
      /** True when a resumed run took it over from its predecessor, whatever the cache holds. */
      readonly resumed: boolean
      /** Outputs of skipped steps whose default it reads. */
      readonly defaults: readonly string[]
    }
  | ({
      readonly kind: 'attempt.created'
      readonly key: string
      readonly verdict: CacheVerdict
      /** Outputs of skipped steps whose default this attempt reads. */
      readonly defaults: readonly string[]
    } & Attempt)
  | ({
      readonly kind: 'attempt.waiting'
      /** Why it does not run yet, in the cluster's own words; null when it waits no more. */
      readonly reason: string | null
      /** As of the event that created it. */
      readonly defaults: readonly string[]
    } & Attempt)
  | ({
      readonly kind: 'attempt.started'
      readonly startedAt: number
      readonly notEnforced: readonly string[]
      /** Absent of a process, and from events of earlier versions. */
      readonly image?: AttemptImage
    } & Attempt)
  | ({ readonly kind: 'attempt.stopping'; readonly why: 'timeout' | 'cancel' } & Attempt)
  | ({
      readonly kind: 'attempt.finished'
      readonly outcome: AttemptOutcome
      readonly finishedAt: number
      readonly exitCode: number | null
      readonly signal: string | null
      readonly code: ProblemCode | null
      readonly reason: string | null
      readonly cpuSeconds: number | null
      readonly peakMemoryBytes: number | null
      /** Bytes of the files that it was given, and of those that it left; absent from events of the first version. */
      readonly inputBytes?: number | null
      readonly outputBytes?: number | null
      readonly outputs: OutputRecords
      /** When the next attempt may begin; null when this was the last. */
      readonly retryAt: number | null
    } & Attempt)
  /** With an `item` one item of a fan-out, which happens where another one alone was asked for. */
  | { readonly kind: 'step.skipped'; readonly step: string; readonly item?: number; readonly reason: string }
  | ({ readonly kind: 'step.failed'; readonly code: ProblemCode; readonly reason: string } & Of)
  | { readonly kind: 'step.finished'; readonly step: string; readonly status: FinalStepStatus }
  /** `movedTo`: because it goes on elsewhere; another one without it takes that back. */
  | { readonly kind: 'run.cancelling'; readonly movedTo?: Moved }
  /** Nothing more of it begins, since it goes on elsewhere; what runs ends by itself. */
  | { readonly kind: 'run.draining'; readonly movedTo: Moved }
  | { readonly kind: 'run.finished'; readonly status: RunStatus; readonly outputs: { readonly [name: string]: Json } }

/** An event with its place in the run: sequence numbers count from 1 without gaps. */
export type SequencedEvent = RunEvent & { readonly seq: number; readonly at: number }
