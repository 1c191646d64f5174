import type { Json, JsonObject } from '#core/base/json.ts'
import type { PipelineDefinition } from '#core/contract/definition.ts'
import type { FinalStepStatus, RunStatus, SequencedEvent, StepStatus } from '#core/contract/events.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import type { Parameters } from './bind.ts'
import type { FrozenEnvironment } from './lock-file.ts'
import type { Only } from './only.ts'
import type { Consumed, KeyParts, RunFacts } from './step-key.ts'

/** All that a run was begun with beside its definition; never changed afterwards. */
export type FrozenRun = {
  readonly parameters: Parameters
  readonly facts: RunFacts
  readonly environments: Readonly<Record<string, FrozenEnvironment>>
  /** Digest of the code snapshot. */
  readonly code: string
  /** How many attempts may run at once; null where only the cluster says. */
  readonly parallelism: number | null
  readonly cache: boolean
  /** The run that this one resumes. */
  readonly resumes: string | null
  /** Buckets that files may be taken from: they answered when the run began. None where absent. */
  readonly stores?: readonly string[]
  /** What a cluster target keeps of it; there on a cluster only. */
  readonly cluster?: JsonObject
  /** Only this step run plays; what it reads is taken over from `resumes`. */
  readonly only?: Only
  /** The Workflow of a run that a cluster began by itself, before this machine knew of it, and when, in epoch ms. */
  readonly sent?: { readonly name: string; readonly uid: string; readonly at: number }
}

/** What the list of runs needs of a run. Times are epoch ms. */
export type RunHead = {
  readonly id: string
  readonly pipeline: string
  readonly digest: string
  readonly target: string
  readonly status: RunStatus
  readonly createdAt: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  /** Absolute path of the document that it was begun from. */
  readonly file: string
  /** `local`, or `schedule:<name>`. */
  readonly createdBy: string
  /** Where it went on, and what it goes on with, each a `Moved` as JSON. */
  readonly movedTo: string | null
  readonly movedFrom: string | null
}

export type RunRow = RunHead & {
  readonly definition: PipelineDefinition
  readonly frozen: FrozenRun
  readonly outputs: { readonly [name: string]: Json }
  /** False for runs of the first version, whose rows do not hold the progress. */
  readonly folded: boolean
}

/** A step (item -1) or an item as the projection keeps it. */
export type StepRow = {
  readonly step: string
  readonly item: number
  readonly status: StepStatus
  readonly attempts: number
  readonly key: string | null
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly exitCode: number | null
  readonly reason: string | null
  readonly createdSeq: number
  readonly outputs: OutputRecords
}

export type Phase = 'starting' | 'running' | 'stopping' | 'retrying'
export type ItemCounts = { readonly [status in FinalStepStatus]: number }

/** A step or an item as it is written: also what its run, with fan-outs folded, is made from. */
export type StepWrite = StepRow & {
  /** What an item does that has begun and not ended, and since when in epoch ms. */
  readonly phase: Phase | null
  readonly since: number | null
  /** Of a fan-out, once it is known. */
  readonly total: number | null
  /** How the items of a fan-out ended. */
  readonly counts: ItemCounts | null
  /** Numbers of the events that were about it and are new. */
  readonly events: readonly number[]
}

/** A step with its items folded, as far as it has begun. */
export type FoldedStep = Pick<
  StepWrite,
  'status' | 'attempts' | 'startedAt' | 'finishedAt' | 'reason' | 'total' | 'counts'
>

/** An item that has begun and not ended. */
export type ActiveItem = {
  readonly step: string
  readonly item: number
  readonly attempt: number
  readonly since: number
  readonly phase: Phase
}

export type CacheEntry = {
  readonly key: string
  readonly run: string
  readonly consumed: Consumed
  readonly outputs: OutputRecords
}

/** What the key of a step was made of, and what it consumed. */
export type StepParts = { readonly step: string; readonly parts: KeyParts; readonly consumed: Consumed }

/** What one tick of a run writes, all of it or nothing. */
export type Batch = {
  readonly run: string
  readonly events: readonly SequencedEvent[]
  readonly steps: readonly StepWrite[]
  readonly cache: readonly CacheEntry[]
  readonly parts: readonly StepParts[]
  readonly head: Pick<RunRow, 'status' | 'startedAt' | 'finishedAt' | 'outputs'> | null
}

/** A page of the list of runs, newest first; `before` is the id of the last row of the page before. */
export type RunFilter = {
  readonly limit: number
  readonly before?: string
  readonly pipeline?: string
  readonly status?: RunStatus
  /** A beginning of ids, or a part of names of pipelines. */
  readonly search?: string
  readonly file?: string
}
