/** What is tracked: experiments, their runs, what runs log, and models that were logged. Times are epoch ms. */

/** `deleted` is the trash: it can be restored until it is purged. */
export type Stage = 'active' | 'deleted'
/** Which stages are asked for. */
export type View = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL'
export type RunStatus = 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED'
export type Pair = { readonly key: string; readonly value: string }

export type Experiment = {
  /** An integer from 0 on, as a text. */
  readonly id: string
  readonly name: string
  readonly artifactLocation: string
  readonly stage: Stage
  readonly createdAt: number
  readonly updatedAt: number
  readonly tags: readonly Pair[]
}

/** One value of a series; `value` may be NaN or infinite, `step` is an integer and may be negative. */
export type Metric = {
  readonly key: string
  readonly value: number
  readonly timestamp: number
  readonly step: number
  readonly modelId?: string
  readonly datasetName?: string
  readonly datasetDigest?: string
}

export type RunInfo = {
  /** 32 hexadecimal digits. */
  readonly id: string
  readonly experimentId: string
  readonly name: string
  readonly userId: string
  readonly status: RunStatus
  readonly startTime: number
  readonly endTime: number | null
  readonly artifactUri: string
  readonly stage: Stage
}

export type Dataset = {
  readonly name: string
  readonly digest: string
  readonly sourceType: string
  readonly source: string
  readonly schema?: string
  readonly profile?: string
}
export type DatasetInput = { readonly dataset: Dataset; readonly tags: readonly Pair[] }

export type Run = {
  readonly info: RunInfo
  /** The latest of each series: the greatest by step, then time, then value. */
  readonly metrics: readonly Metric[]
  readonly params: readonly Pair[]
  readonly tags: readonly Pair[]
  readonly datasets: readonly DatasetInput[]
  readonly modelInputs: readonly string[]
  readonly modelOutputs: readonly { readonly modelId: string; readonly step: number }[]
}

/** What one request adds to a run; all of it is kept, or nothing. */
export type Batch = {
  readonly metrics?: readonly Metric[]
  readonly params?: readonly Pair[]
  readonly tags?: readonly Pair[]
}

export type LoggedModelStatus =
  | 'LOGGED_MODEL_PENDING'
  | 'LOGGED_MODEL_READY'
  | 'LOGGED_MODEL_UPLOAD_FAILED'
  | 'LOGGED_MODEL_STATUS_UNSPECIFIED'

/** A model that a program logged, with files of its own. */
export type LoggedModel = {
  /** `m-` and 32 hexadecimal digits. */
  readonly id: string
  readonly experimentId: string
  readonly name: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly artifactUri: string
  readonly status: LoggedModelStatus
  readonly modelType: string
  readonly sourceRunId: string
  readonly tags: readonly Pair[]
  readonly params: readonly Pair[]
  /** The latest of each run, key and dataset; `runId` is the run that logged it. */
  readonly metrics: readonly (Metric & { readonly runId: string })[]
}

/** A page of what was asked for; `next` is an opaque token, absent on the last page. */
export type Page<Item> = { readonly items: readonly Item[]; readonly next?: string }

/** A search: the filter and order language of docs/tracking.md. */
export type Search = {
  readonly filter?: string
  readonly orderBy?: readonly string[]
  readonly maxResults: number
  readonly pageToken?: string
  readonly view?: View
}
