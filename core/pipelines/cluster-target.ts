import type { JsonObject } from '#core/base/json.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import type { TargetView } from '#core/contract/routes-targets.ts'
import type { CompiledView, PodView } from '#core/contract/run.ts'
import type { ImageEnvironments } from '#core/environments/index.ts'
import type { AttemptAddress } from './attempt-folders.ts'
import type { BoundPlan } from './bind.ts'
import type { ClusterPushes } from './cluster-pushes.ts'
import type { CodeSnapshot } from './code-snapshot.ts'
import type { Executor, Mirror } from './executor.ts'
import type { Foreseen } from './foresee.ts'
import type { RemoteFile, RemoteFiles } from './remote-files.ts'
import type { ClusterSurvey, SurveyedRun } from './cluster-survey.ts'
import type { CacheEntry, FrozenRun } from './run-rows.ts'
import type { Progress } from './service-types.ts'
import type { StepTracking } from './step-tracking.ts'

/** A run that is asked for, all but its id and what its cluster adds. */
export type ClusterRun = {
  readonly digest: string
  readonly bound: BoundPlan
  readonly frozen: FrozenRun
  readonly snapshot: CodeSnapshot
  /** How it will begin, as far as anybody can say now: what is cached is final in it. */
  readonly foresee: () => Foreseen
  /** Notes what others have computed, so that the run is foreseen with it. */
  readonly learn: (entries: readonly CacheEntry[]) => void
  /** Takes to this machine what of these is only in the buckets of other clusters. */
  readonly fetch: (records: readonly OutputRecord[]) => Promise<unknown>
  readonly remote: RemoteFiles
}

/** A run that a cluster plays. */
export type OpenClusterRun = Omit<ClusterRun, 'foresee' | 'learn' | 'fetch'> & {
  readonly run: string
  /** The same functions on every target; what cannot be waited for goes here. */
  readonly onError: (error: unknown) => void
  readonly now: () => number
  /** What its steps track into; undefined where nothing is tracked. */
  readonly tracking: StepTracking | undefined
  /** What of this run is in the cache by now. */
  readonly cached: () => readonly CacheEntry[]
}

/** Which attempt of a run on a cluster. */
export type ClusterAttempt = AttemptAddress & { readonly frozen: FrozenRun }

/** Where a cluster's own engine plays runs; this machine sends them, follows them and takes what they leave. */
export type ClusterTarget = {
  readonly kind: 'cluster'
  /** Pods of one run at once, where it was not said for the run; null: no limit. */
  readonly parallelism: number | null
  /** Of its bucket with its prefix: `RemoteFiles`. */
  readonly store: string
  /** Differs where anything of its profile does. */
  readonly digest: string
  /** Of the local container engine, which makes what is pushed. */
  readonly images: ImageEnvironments | null
  readonly describe: () => Promise<Omit<TargetView, 'name'>>
  /** Whether the bucket answers now. */
  hasStore(): Promise<boolean>
  /** Throws a Problem where nothing can be sent now. */
  check(): Promise<void>
  /**
   * Brings to the registry and the bucket all that a run will need, each only once, and answers what is to be kept of it:
   * `FrozenRun.cluster`. Throws a Problem for all that would keep the run from playing; then nothing was created in the
   * cluster.
   */
  prepare(run: ClusterRun, progress: Progress): Promise<JsonObject>
  /**
   * Looks at all that `prepare` would do, and at what a push would, and does none of it: no image is made, nothing is
   * uploaded and nothing is created. Throws only for what is no Problem; each part says for itself what was in its way.
   */
  survey(run: SurveyedRun, options: { readonly signal?: AbortSignal | undefined }): Promise<ClusterSurvey>
  /** What would be pushed for a pipeline: asks neither cluster nor bucket nor registry. */
  compile(run: Omit<ClusterRun, 'foresee' | 'learn' | 'fetch'>): Promise<CompiledView>
  /** Pipelines that lie there for everybody. */
  readonly pushes: ClusterPushes
  /** `registry/name@sha256:…` that pods of an environment were started of in a run; undefined where there were none. */
  imageOf(frozen: FrozenRun, environment: string | null): string | undefined
  open(run: OpenClusterRun): Executor & { readonly mirror: Mirror }
  /** Takes the log of an attempt to this machine, as far as it is there; the rest while it is asked for again and again. */
  takeLog(attempt: ClusterAttempt, isOver: boolean): Promise<void>
  /** Takes files of the bucket into the blob store. */
  fetch(files: readonly RemoteFile[], progress: Progress): Promise<void>
  /** The pod of an attempt as the cluster has it now, with its events; null where it is gone. */
  pod(attempt: ClusterAttempt): Promise<PodView | null>
}
