import type { TrackingLine } from '#core/contract/tracking-line.ts'

/** One attempt of a step run; `item` is null outside a fan-out. */
export type TrackedAttempt = {
  readonly run: string
  readonly step: string
  readonly item: number | null
  readonly attempt: number
}

/** What a record step of kind `register` asks for, with its expressions resolved. */
export type Registration = {
  readonly run: string
  /** Of the record step. */
  readonly step: string
  readonly model: string
  readonly alias: string | null
  readonly description: string | null
  readonly tags: Readonly<Record<string, string>>
  /** The step run, item and output that the files are of; `isGathered` after a fan-out, where all items are in it. */
  readonly from: {
    readonly step: string
    readonly item: number | null
    readonly output: string
    readonly isGathered: boolean
  }
  /** How the files came to be. */
  readonly lineage: {
    readonly pipeline: string
    readonly pipelineDigest: string
    /** Of the run's code snapshot. */
    readonly codeDigest: string
    /** `environmentDigest` of the step that made the files; null where it has none. */
    readonly environment: string | null
    readonly target: string
  }
  /** By path; '' for an output that is one file. They are in the blob store. */
  readonly files: readonly { readonly path: string; readonly sha256: string; readonly size: number }[]
}

/** What is tracked of steps, as far as the engine has to do with it. An engine without it tracks nothing. */
export type StepTracking = {
  /**
   * `MLFLOW_TRACKING_URI`, `MLFLOW_TRACKING_TOKEN`, `MLFLOW_RUN_ID` and `MLFLOW_EXPERIMENT_ID` of an attempt that runs on
   * this machine. They wait until the core is served.
   */
  variables(attempt: TrackedAttempt): Promise<Readonly<Record<string, string>>>
  /** What of `variables` a log must not show. */
  tokenOf(attempt: TrackedAttempt): string
  /** The id that MLflow's client knows the step run by, and that of its experiment; runners are given both. */
  ids(attempt: TrackedAttempt): Promise<{ readonly run: string; readonly experiment: string }>
  /**
   * Does what the runner of an attempt took. Lines may come again and in pieces: each is done once, in order. Rejects
   * for nothing that a user did: what cannot be done is written into the run as a tag.
   */
  take(attempt: TrackedAttempt, lines: readonly TrackingLine[]): Promise<void>
  /** Makes the version of a registration; repeated, it makes nothing new and answers the same. */
  register(registration: Registration): Promise<{ readonly version: number }>
}
