import type { Readable } from 'node:stream'
import type { JsonObject } from '#core/base/json.ts'
import type { PipelineDefinition } from '#core/contract/definition.ts'
import type { AttemptImage, RunStatus, SequencedEvent, StepStatus } from '#core/contract/events.ts'
import type { FolderListing, FolderView, PipelineDetail, PipelineRow } from '#core/contract/folders.ts'
import type { StepFailure } from '#core/contract/failures.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import type {
  AppliedCode,
  PulledChanges,
  PulledStep,
  RerunPlace,
  RerunReport,
  RerunStart,
} from '#core/contract/pulled-step.ts'
import type { TargetView } from '#core/contract/routes-targets.ts'
import type { ItemPage, RunGraph } from '#core/contract/run-graph.ts'
import type {
  ArtifactRow,
  CompiledView,
  EnvironmentView,
  LogPageView,
  PodView,
  PipelineView,
  RunRequest,
  RunSummary,
  RunView,
  StepDetail,
  UsageView,
} from '#core/contract/run.ts'
import type { AppliedResources, RunUsage } from '#core/contract/usage.ts'
import type { EnvironmentLock } from '#core/environments/index.ts'
import type { BegunRun } from './begun-run.ts'
import type { CodeSnapshot } from './code-snapshot.ts'
import type { CheckedRequest, RequestToCheck } from './check-request.ts'
import type { HistoryWish, PipelineHistory } from './history.ts'
import type { PushVerbs } from './push-verbs.ts'
import type { KeyParts } from './step-key.ts'
import type { PipelineSurvey } from './survey.ts'

/** Long work says what it does, a line at a time, and can be given up. */
export type Progress = { readonly onLine?: (line: string) => void; readonly signal?: AbortSignal | undefined }

export type LockResult = {
  /** Absolute path of the lock file. */
  readonly file: string
  readonly changed: boolean
  readonly environments: { readonly [name: string]: { readonly digest: string; readonly packages: number } }
}

/** Who begins a run, and under which id, where that was written down before. */
export type RunOrigin = { readonly id: string; readonly createdBy: string }

/** What others may want to know of. */
export type PipelineChange =
  | { readonly kind: 'run'; readonly run: RunSummary }
  | { readonly kind: 'list'; readonly topic: 'pipelines' | 'environments' }

/** One step run of a run; `item` is null outside a fan-out. */
export type StepAddress = { readonly run: string; readonly step: string; readonly item: number | null }

export type ArtifactFile = {
  readonly path: string
  readonly size: number
  readonly sha256: string
  readonly executable: boolean
}

/** What a run, or one step of it, was made of. */
export type Provenance = {
  /** The whole id. */
  readonly run: string
  readonly pipeline: string
  readonly pipelineDigest: string
  /** Those that it uses, with what they hold. */
  readonly environments: readonly { readonly name: string; readonly digest: string; readonly lock: EnvironmentLock }[]
  /** Of a step the files that it uses. */
  readonly code: Pick<CodeSnapshot, 'digest' | 'files' | 'links'>
  /**
   * By name; of a whole run as `step.input`, and those alone that come from beside the document. `from`: the output that
   * is read. `digest`: null where a step has not begun.
   */
  readonly inputs: Readonly<
    Record<
      string,
      { readonly from: { readonly step: string; readonly output: string } | null; readonly digest: string | null }
    >
  >
}

/** What came of one step run: of a fan-out one for each item, and one where it has none or was not expanded. */
export type StepOutcome = {
  readonly step: string
  readonly item: { readonly index: number; readonly values: JsonObject } | null
  readonly status: StepStatus
  /** Attempts that began here; 0 where it was taken over. */
  readonly attempts: number
  readonly key: string | null
  readonly reason: string | null
  readonly outputs: OutputRecords
  /** The run that computed the outputs, an earlier one where they were taken over; null where there are none. */
  readonly madeBy: string | null
  /** Limits that it asked for and that were not enforced. */
  readonly notEnforced: readonly string[]
  /** Of the last attempt; null of a process, of what was taken over, and where an earlier version ran it. */
  readonly image: AttemptImage | null
}

/** What a run was made of and what came of it. */
export type RunOutcome = RunSummary & {
  readonly isOnCluster: boolean
  readonly definition: PipelineDefinition
  readonly parameters: JsonObject
  /** What the keys of steps are made of, of those that began. */
  readonly keyParts: Readonly<Record<string, KeyParts>>
  /** In the order of the pipeline. */
  readonly steps: readonly StepOutcome[]
}

/** What the server, and so every client, can ask of pipelines and runs. Run ids may be shortened to a unique prefix. */
export type PipelineService = PushVerbs & {
  /** Where runs can be started, and whether each could start something now. */
  targets(): Promise<TargetView[]>
  validate(file: string): Promise<PipelineView>
  /** Writes the lock beside the document: what is missing or no longer fits, everything anew with `update`. */
  lock(file: string, options: { readonly update: boolean } & Progress): Promise<LockResult>
  /**
   * Checks all of a request for a run that needs no copying: document, target, parameters, secrets. Throws a Problem for
   * what is wrong; nothing is written.
   */
  check(request: RequestToCheck): Promise<CheckedRequest>
  /** What a cluster target would be given for a pipeline; nothing is sent. Throws Problem `not_supported` for others. */
  compile(request: RequestToCheck, progress: Progress): Promise<CompiledView>
  /**
   * What `start` would do on a cluster, with nothing of it done: no lock file, no run, no image, no object in bucket or
   * namespace, nothing noted of caches and buckets. The target may be away: what could not be looked at says
   * so. Throws a Problem for what is wrong with the request, `not_supported` for a target of this machine, and
   * `request_timeout` where a lock that does not fit took too long to be made.
   */
  survey(request: RunRequest, progress: Progress): Promise<PipelineSurvey>
  /** Validates, locks on first use, takes the snapshot, writes the run and begins. Nothing is written on a Problem. */
  start(request: RunRequest, progress: Progress, origin?: RunOrigin): Promise<RunView>
  /** `mayBegin` is asked at the last moment: what it throws keeps the run from beginning. */
  resume(
    run: string,
    options: { readonly withCode: boolean; readonly mayBegin?: () => void } & Progress,
  ): Promise<RunView>
  /**
   * Returns when the wish is written down; the run ends when everything it started is gone. With `force` a run on a
   * cluster ends at once; what is left there is ended when the cluster is heard again. Throws Problem `conflict` for a
   * run that is over, and `not_supported` where force does nothing.
   */
  cancel(run: string, options?: { readonly force: boolean }): Promise<void>
  /** Newest first. `before` is the id of the last row of the page before. */
  list(filter: {
    readonly limit: number
    readonly before?: string
    readonly pipeline?: string
    readonly status?: RunStatus
    /** A beginning of ids, or a part of names of pipelines. */
    readonly search?: string
    /** Id of the pipeline that runs were started from. */
    readonly file?: string
  }): RunSummary[]
  show(run: string): RunView
  /** A run with its fan-outs folded, as of one moment between two events. */
  graph(run: string): RunGraph
  /** Items of a fan-out in their order. */
  items(
    address: { readonly run: string; readonly step: string },
    page: { readonly from: number; readonly limit: number; readonly status?: StepStatus },
  ): ItemPage
  detail(address: StepAddress): StepDetail
  /** Why an attempt, the latest where none is named, failed or waits, as far as a known cause fits. */
  explain(address: StepAddress, attempt?: number): Promise<StepFailure>
  /** What a run was begun with. Throws Problem `not_found`. */
  begun(run: string): BegunRun
  /** What a run, or one step of it, was made of. Throws Problem `not_found`. */
  provenance(run: string, step: string | null): Provenance
  /** What a run was made of and what came of each of its step runs. Throws Problem `not_found`. */
  outcome(run: string): RunOutcome
  /**
   * Runs of the same definition with the same parameters on other targets that are over: of each the latest
   * that ended alike, else the latest. Those that ended alike stand first, then the newest.
   * Throws Problem `not_found`.
   */
  twins(run: string): RunSummary[]
  /** Events from a sequence number on, oldest first. */
  events(run: string, from: number, limit: number): SequencedEvent[]
  /** Calls back with each batch of events once it is on disk. Returns the end of the subscription. */
  subscribe(run: string, listener: (events: readonly SequencedEvent[]) => void): () => void
  /** Calls back when a run began, changed its status or ended, or when a list changed. Returns the end. */
  onChange(listener: (change: PipelineChange) => void): () => void
  /** A piece of the log of an attempt, the latest where none is named. */
  log(
    address: StepAddress,
    options: { readonly attempt?: number; readonly from: number; readonly maxBytes: number },
  ): Promise<LogPageView>
  /** What an attempt, the latest where none is named, had used by some times. */
  usage(address: StepAddress, attempt?: number): UsageView
  /** Where the time of a run went, what its steps used of what they asked for, and what would be better. */
  runUsage(run: string): Promise<RunUsage>
  /** What the latest runs of a pipeline took, on a target where it ran there. Empty where it never ran. */
  history(wish: HistoryWish): Promise<PipelineHistory>
  /**
   * Writes what is proposed, for all steps where none is named, into the document of a run. Throws Problem `conflict` where
   * the run goes on, the document is another one now or is changed meanwhile, and `not_supported` where it is written in a way that cannot be changed by itself.
   */
  applyUsage(run: string, steps: readonly string[] | undefined): Promise<AppliedResources>
  artifacts(run: string): ArtifactRow[]
  /** Takes to this machine what a run, or one step of it, has left in a bucket only. Resolves to the bytes that came. */
  pull(run: string, options: { readonly step?: string } & Progress): Promise<{ bytes: number }>
  /** Takes one file to this machine, where it is not yet. */
  fetchFile(sha256: string, signal?: AbortSignal): Promise<void>
  /**
   * Brings an attempt, the latest where none is named, to a folder of this machine: code, inputs, log and all that it ran
   * with. What is there already stays, without `force`. With `shell` what a shell at that place needs is made ready. Throws
   * Problem `not_found`, `artifact_missing` that names what is gone, `conflict` where it never began, still runs or the
   * folder is another's.
   */
  pullStep(
    address: StepAddress,
    wish: {
      readonly attempt?: number | undefined
      readonly into?: string | undefined
      readonly force?: boolean
      readonly shell?: RerunPlace | 'any' | undefined
    } & Progress,
  ): Promise<PulledStep>
  /**
   * Does an attempt, the latest where none is named, again on this machine, as a run that takes over what the step reads
   * and plays no other step. Throws as `pullStep` does, and Problem `not_supported` for what cannot play there.
   */
  rerunStep(
    address: StepAddress,
    wish: { readonly attempt?: number | undefined; readonly target?: RerunPlace | undefined } & Progress,
  ): Promise<RerunStart>
  /** How a run that `rerunStep` began compares with the attempt that it repeats. Throws Problem `not_found` for others. */
  rerunReport(run: string): Promise<RerunReport>
  /** Files of the code of a pulled step that are not as in its run. Throws Problem `not_found` where it was not pulled. */
  pulledChanges(
    address: StepAddress,
    where: { readonly attempt?: number | undefined; readonly into?: string | undefined },
  ): Promise<PulledChanges>
  /**
   * Copies those files to the code folder of the pipeline, all or none. Throws Problem `conflict` that names a file which is
   * not as in the run there.
   */
  applyPulled(
    address: StepAddress,
    where: { readonly attempt?: number | undefined; readonly into?: string | undefined },
  ): Promise<AppliedCode>
  /** The pod of an attempt, the latest where none is named; null where the cluster has it no more. */
  pod(address: StepAddress, attempt?: number): Promise<PodView | null>
  /** The files of an output: one for a file (path ''), all of a folder. A value is its JSON. */
  artifactFiles(address: StepAddress, output: string): readonly ArtifactFile[]
  /** Bytes of one file of an output; start and end are inclusive as in HTTP. */
  readArtifact(sha256: string, range?: { readonly start: number; readonly end: number }): Readable
  /** Pipelines in the folders that were added, and those that runs were started from. */
  pipelines(): Promise<{ folders: FolderView[]; pipelines: PipelineRow[] }>
  /** One pipeline, by the id in its row. */
  pipeline(id: string): Promise<PipelineDetail>
  addFolder(path: string): Promise<FolderView>
  removeFolder(id: string): void
  /** The document of a sample in the data folder, which is copied there the first time. Throws Problem `not_found`. */
  sample(name: string): Promise<string>
  /** Folders below a folder, below the home of the user where none is named. */
  browse(path: string | undefined): Promise<FolderListing>
  environments(): Promise<EnvironmentView[]>
  /** Builds all environments of a pipeline, as folders for processes or as images, locking on first use. */
  buildEnvironments(
    file: string,
    options: { readonly target: 'process' | 'docker' } & Progress,
  ): Promise<EnvironmentView[]>
  /** Deletes its folder, its image, or both where no kind is named; a beginning that only one digest has will do. */
  removeEnvironment(digest: string, kind?: EnvironmentView['kind']): Promise<void>
  /** Deletes what no run needs and was used last at least so long ago; answers what that was. */
  pruneEnvironments(wish: { readonly olderThanMs: number; readonly dryRun: boolean }): Promise<EnvironmentView[]>
  /** Whether a run that is not final needs an environment. */
  usesEnvironment(digest: string): boolean
  /** Id of a run on a target that is not final; undefined where there is none. */
  runOn(target: string): string | undefined
  /** Number of runs that are not final. */
  activeRuns(): number
}
