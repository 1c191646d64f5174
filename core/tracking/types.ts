import type {
  Batch,
  DatasetInput,
  Experiment,
  LoggedModel,
  LoggedModelStatus,
  Metric,
  Page,
  Pair,
  Run,
  RunInfo,
  RunStatus,
  Search,
} from '#core/wire/index.ts'

/** What is tracked, as MLflow's protocol knows it; core/wire has these types, since the step runner answers it too. */
export type {
  Batch,
  Dataset,
  DatasetInput,
  Experiment,
  LoggedModel,
  LoggedModelStatus,
  Metric,
  Page,
  Pair,
  Run,
  RunInfo,
  RunStatus,
  Search,
  Stage,
  View,
} from '#core/wire/index.ts'

export type HistoryQuery = {
  readonly runId: string
  readonly key: string
  /** All where absent or 0. */
  readonly maxResults?: number
  readonly pageToken?: string
}

/** A point of a chart: all that lies between two steps, so that no spike is lost. */
export type Bucket = {
  readonly firstStep: number
  readonly lastStep: number
  /** The earliest and the latest time of its points. */
  readonly firstTime: number
  readonly lastTime: number
  readonly count: number
  /** Of the finite values; null where there is none. */
  readonly min: number | null
  readonly max: number | null
  readonly last: number
}

export type ChartQuery = {
  readonly runId: string
  readonly key: string
  /** Both inclusive; all where absent. */
  readonly fromStep?: number
  readonly toStep?: number
  /** At most so many buckets come back; where the range has fewer points each is a bucket of its own. */
  readonly most: number
}

/**
 * Reads of what is committed; each call sees one state of the store. They take long where there is much: what may be big
 * runs in a process of its own, on a connection of its own. All throw Problem `not_found` for what is not there and
 * `tracking_invalid` for what cannot be asked.
 */
export type TrackingReads = {
  experiment(id: string): Experiment
  /** The active one of that name. */
  experimentByName(name: string): Experiment
  experiments(search: Search): Page<Experiment>
  run(id: string): Run
  /** No experiment: an empty page. */
  runs(search: Search & { readonly experimentIds: readonly string[] }): Page<Run>
  /** By time, step, value. */
  history(query: HistoryQuery): Page<Metric>
  /** Per run by step, time, value: at most `maxResults` steps of each, evenly by number, with the first and the last. */
  historyInterval(query: {
    readonly runIds: readonly string[]
    readonly key: string
    readonly startStep?: number
    readonly endStep?: number
    readonly maxResults: number
  }): readonly (Metric & { readonly runId: string })[]
  chart(query: ChartQuery): readonly Bucket[]
  datasets(experimentIds: readonly string[]): readonly {
    readonly experimentId: string
    readonly name: string
    readonly digest: string
    readonly context?: string
  }[]
  loggedModel(id: string): LoggedModel
  loggedModels(
    search: Omit<Search, 'orderBy'> & {
      readonly experimentIds: readonly string[]
      readonly datasets?: readonly { readonly name: string; readonly digest?: string }[]
      readonly orderBy?: readonly {
        readonly field: string
        readonly ascending?: boolean
        readonly datasetName?: string
        readonly datasetDigest?: string
      }[]
    },
  ): Page<LoggedModel>
}

/**
 * Writes. Those that come together are committed together; a promise settles when its write is on disk as far as a kill
 * of the core goes. Each is done whole or not at all. All throw Problem: `not_found`; `tracking_invalid` for what the
 * limits of docs/tracking.md forbid, for another value of a parameter that is set, and for writes to what is deleted;
 * `tracking_exists` where a name is taken.
 */
export type TrackingWrites = {
  createExperiment(draft: {
    readonly name: string
    readonly artifactLocation?: string
    readonly tags?: readonly Pair[]
  }): Promise<Experiment>
  renameExperiment(id: string, name: string): Promise<void>
  /** Its runs go to the trash with it, and come back with it. */
  deleteExperiment(id: string): Promise<void>
  restoreExperiment(id: string): Promise<void>
  setExperimentTag(id: string, tag: Pair): Promise<void>
  deleteExperimentTag(id: string, key: string): Promise<void>
  createRun(draft: {
    /** Made up where absent: 32 hexadecimal digits. */
    readonly id?: string
    readonly experimentId: string
    readonly userId?: string
    readonly name?: string
    readonly startTime?: number
    readonly tags?: readonly Pair[]
  }): Promise<Run>
  updateRun(
    id: string,
    change: { readonly status?: RunStatus; readonly endTime?: number; readonly name?: string },
  ): Promise<RunInfo>
  deleteRun(id: string): Promise<void>
  restoreRun(id: string): Promise<void>
  /** All of them with the runs nested in them, or none where one is not there. */
  deleteRuns(ids: readonly string[]): Promise<void>
  /**
   * All of them with the runs that went to the trash with them; none where one is not there, or is of an experiment in
   * the trash.
   */
  restoreRuns(ids: readonly string[]): Promise<void>
  log(runId: string, batch: Batch): Promise<void>
  /**
   * As `log`, for a caller that needs no more than that it survives a kill of the process and is seen by whoever asks in a
   * later turn: undefined where that is so already. May throw what `log` rejects with.
   */
  accept(runId: string, batch: Batch): Promise<void> | undefined
  /** Commits what was accepted. To be called before what looks into the database by a connection of its own. */
  settle(): void
  deleteRunTag(runId: string, key: string): Promise<void>
  logInputs(
    runId: string,
    inputs: { readonly datasets?: readonly DatasetInput[]; readonly models?: readonly string[] },
  ): Promise<void>
  logOutputs(runId: string, models: readonly { readonly modelId: string; readonly step: number }[]): Promise<void>
  createLoggedModel(draft: {
    /** Made up where absent: `m-` and 32 hexadecimal digits. */
    readonly id?: string
    readonly experimentId: string
    readonly name?: string
    readonly modelType?: string
    readonly sourceRunId?: string
    readonly params?: readonly Pair[]
    readonly tags?: readonly Pair[]
  }): Promise<LoggedModel>
  finishLoggedModel(id: string, status: LoggedModelStatus): Promise<LoggedModel>
  deleteLoggedModel(id: string): Promise<void>
  setLoggedModelTags(id: string, tags: readonly Pair[]): Promise<LoggedModel>
  deleteLoggedModelTag(id: string, key: string): Promise<void>
  logLoggedModelParams(id: string, params: readonly Pair[]): Promise<void>
}
