import type { JsonObject } from '#core/base/json.ts'
import type { StepDefinition } from '#core/contract/definition.ts'
import type { AttemptImage } from '#core/contract/events.ts'
import { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { ClusterImage } from '#core/environments/index.ts'
import type { OpenClusterRun } from '#core/pipelines/index.ts'
import type { Secrets } from '#core/secrets/index.ts'
import type { Blobs } from '#core/store/index.ts'
import type { Connection } from './connections.ts'
import type { LogTaker } from './log-taker.ts'
import type { ArgoLimits } from './types.ts'

/** Where the value of a step's secret comes from in the cluster. */
export type SecretSource = { readonly from: 'cluster' } | { readonly from: 'here' }

/** What a run on a cluster is frozen with: `FrozenRun.cluster`. */
export type FrozenCluster = {
  readonly profile: ClusterProfile
  /** By environment; `''` for steps without one. */
  readonly images: Readonly<Record<string, ClusterImage>>
  readonly runnerImage: string | null
  readonly imageVolumes: boolean
  readonly limits: ArgoLimits
  /** `<secret>/<key>` of every secret that a step names. */
  readonly secrets: Readonly<Record<string, SecretSource>>
}

/** Everything that a run on a cluster needs. */
export type RunContext = OpenClusterRun & {
  /** Name of the Workflow, below which everything of it lies in the bucket too. */
  readonly run: string
  /** Of the run on this machine; mostly the same. */
  readonly id: string
  readonly cluster: FrozenCluster
  readonly connection: Connection
  readonly home: string
  /** `HOME_LABEL`. */
  readonly homeId: string
  /** Whether runners take what steps track. */
  readonly tracks: boolean
  readonly storeId: string
  readonly blobs: Blobs
  readonly secretValues: Pick<Secrets, 'read'>
  readonly logs: Pick<LogTaker, 'take'>
}

/** Name of the Workflow of a run: its id, or what a schedule of the cluster has called it. */
export function workflowOf({ run, frozen }: Pick<OpenClusterRun, 'run' | 'frozen'>): string {
  return frozen.sent?.name ?? run
}

/** The image that pods of a step are started of; undefined where it is known by a name alone. */
export function attemptImage(
  { environment }: Pick<StepDefinition, 'environment'>,
  { images, profile }: Pick<FrozenCluster, 'images' | 'profile'>,
): AttemptImage | undefined {
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(images[environment ?? '']?.reference ?? '')?.[1]
  return digest === undefined ? undefined : { digest, platform: profile.platform }
}

/** What `prepare` has kept. */
export function readFrozenCluster(cluster: JsonObject | undefined): FrozenCluster {
  if (cluster === undefined) throw new Error('the run was not frozen for a cluster')
  return { ...(cluster as unknown as FrozenCluster), profile: ClusterProfile.parse(cluster['profile']) }
}
