import type { DatasetInput, ImportedModel, Pair, Run, RunStatus, Stage } from '#core/tracking/index.ts'

/**
 * What a source tells, one thing after the other: each after what it belongs to. `key` names a thing within its source.
 * Times are epoch milliseconds.
 */
export type Item =
  | SourceExperiment
  | SourceRun
  | SourceModel
  | SourcePoints
  | SourceFile
  | SourceBytes
  | SourceEnd
  | { readonly kind: 'experiment-end'; readonly key: string }
  | SourceRegistered
  | SourceVersion
  | SourceAlias
  | Skipped

export type SourceExperiment = {
  readonly kind: 'experiment'
  readonly key: string
  readonly name: string
  readonly stage: Stage
  readonly createdAt: number
  readonly updatedAt: number
  readonly tags: readonly Pair[]
}

export type SourceRun = {
  readonly kind: 'run'
  readonly key: string
  readonly experiment: string
  readonly name: string
  readonly userId: string
  readonly startTime: number
  readonly stage: Stage
  readonly tags: readonly Pair[]
  readonly params: readonly Pair[]
  readonly datasets: readonly DatasetInput[]
  readonly modelInputs: readonly string[]
  readonly modelOutputs: Run['modelOutputs']
}

/** A logged model; `experimentId` is the key of its experiment. */
export type SourceModel = ImportedModel & { readonly kind: 'model' }

/** Points of one series, in the order in which they were logged; column by column, with NaN and infinities. */
export type SourcePoints = {
  readonly kind: 'points'
  readonly run: string
  readonly key: string
  readonly steps: Float64Array<ArrayBuffer>
  readonly times: Float64Array<ArrayBuffer>
  readonly values: Float64Array<ArrayBuffer>
  readonly modelId?: string
  readonly datasetName?: string
  readonly datasetDigest?: string
}

/** Whose a file is. */
export type Owner = { readonly run: string } | { readonly model: string }
/** A regular file at `from`, which is to become the artifact `path` of its owner. */
export type SourceFile = {
  readonly kind: 'file'
  readonly owner: Owner
  readonly path: string
  readonly from: string
  readonly size: number
}
/** The same, of bytes that came out of a file. */
export type SourceBytes = {
  readonly kind: 'bytes'
  readonly owner: Owner
  readonly path: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** All of a run was told. */
export type SourceEnd = {
  readonly kind: 'end'
  readonly run: string
  readonly status: RunStatus
  readonly endTime: number | null
  /** What was found out only now. */
  readonly params?: readonly Pair[]
}

export type SourceRegistered = {
  readonly kind: 'registered'
  readonly name: string
  readonly description: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly tags: readonly Pair[]
}

export type SourceVersion = {
  readonly kind: 'version'
  readonly name: string
  readonly version: number
  readonly description: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly stage: string
  readonly source: string
  readonly runId: string
  readonly runLink: string
  readonly modelId: string
  readonly userId: string
  readonly tags: readonly Pair[]
}

/** An alias of a registered model. */
export type SourceAlias = {
  readonly kind: 'alias'
  readonly name: string
  readonly alias: string
  readonly version: number
}

/** What is not taken, and why. */
export type Skipped = { readonly kind: 'skipped'; readonly what: string; readonly why: string }

/** That something is not taken. */
export function skipped(what: string, why: string): Skipped {
  return { kind: 'skipped', what, why }
}
