import type { JsonObject } from '#core/base/json.ts'
import { newId } from '#core/base/id.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { ClusterImage, ClusterImages } from '#core/environments/index.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'
import { stepsToStart, type ClusterRun, type Progress, type RunState } from '#core/pipelines/index.ts'
import { transferLine } from './progress-line.ts'
import { learnCache } from './cache-share.ts'
import { foreseeWithBucket } from './check-cached.ts'
import { argoLimits } from './argo-version.ts'
import { checkAdmission, checkNodes } from './admission.ts'
import { checkQuota } from './quota.ts'
import { WORKFLOWS } from './resources.ts'
import type { FrozenCluster, RunContext } from './run-context.ts'
import { findSecrets } from './run-secrets.ts'
import { bringContent, compileRun } from './submit.ts'
import type { ArgoObject } from './types.ts'

export type PrepareOptions = Pick<
  RunContext,
  'connection' | 'home' | 'homeId' | 'storeId' | 'blobs' | 'secretValues' | 'tracks'
> & {
  readonly profile: ClusterProfile
  readonly images: ClusterImages
  /** Whether its API server takes volumes that are images. */
  readonly haveImageVolumes: (cluster: Cluster) => Promise<boolean>
}

/** See `ClusterTarget.prepare`. */
export async function prepareRun(run: ClusterRun, options: PrepareOptions, progress: Progress): Promise<JsonObject> {
  const { connection, profile, secretValues } = options
  const { signal } = progress
  const { definition } = run.bound.plan
  const secrets = await findSecrets(definition, { cluster: connection.cluster, secrets: secretValues, signal })
  const limits = await argoLimits(connection.cluster, signal)
  await checkNodes(connection.cluster, profile, signal)
  if (run.frozen.cache) await learnCache(run, options, signal)
  const state = await foreseeWithBucket(run, { ...options, connection }, signal)
  const images = await imagesFor(run, state, { ...options, ...progress })
  const cluster: FrozenCluster = { profile, limits, secrets, ...images }
  await tryOut({ ...options, ...run, cluster, run: newId<'run'>() }, state, progress)
  return cluster as unknown as JsonObject
}

type Images = Pick<FrozenCluster, 'images' | 'runnerImage' | 'imageVolumes'>

type ImageOptions = Pick<PrepareOptions, 'profile' | 'images' | 'connection' | 'haveImageVolumes'> & {
  /** Told of each image of which something is sent: the name of its environment, and bytes in all. */
  readonly onSent?: (environment: string, bytes: number) => void
}

/** Brings the images of the steps that will run to the registry. */
export async function imagesFor(
  { bound, frozen }: Pick<ClusterRun, 'bound' | 'frozen'>,
  state: RunState,
  { profile, images: source, connection, haveImageVolumes, onLine, signal, onSent }: ImageOptions & Progress,
): Promise<Images> {
  const { registry, platform } = profile
  const pipeline = bound.plan.definition.name
  const wish = { registry, platform, pipeline, signal, onLine }
  const names = new Set(stepsToStart(state).map(({ bound: { planned } }) => planned.definition.environment ?? ''))
  const found = [...names].map(async (name): Promise<[string, ClusterImage]> => {
    const onProgress = ({ totalBytes }: { readonly totalBytes: number }): void => onSent?.(name, totalBytes)
    return [name, await source.ensure(frozen.environments[name]?.lock ?? null, { ...wish, onProgress })]
  })
  const images = Object.fromEntries(await Promise.all(found))
  const needsRunner = Object.values(images).some(({ runner }) => runner === 'copy')
  if (!needsRunner) return { images, runnerImage: null, imageVolumes: false }
  const imageVolumes = await haveImageVolumes(connection.cluster)
  const how = imageVolumes ? 'as an image volume' : 'by a container beside the step'
  onLine?.(`the step runner comes ${how} where the image does not hold it`)
  return { images, runnerImage: await source.runner(wish), imageVolumes }
}

type TriedRun = Parameters<typeof compileRun>[0] & Pick<PrepareOptions, 'connection'>

/** Compiles it, asks the cluster whether it would take it, and brings what it needs to the bucket. */
async function tryOut(context: TriedRun, state: RunState, { signal, onLine }: Progress): Promise<void> {
  if (stepsToStart(state).length === 0) return
  const compiled = compileRun(context, state)
  const { cluster } = context.connection
  await cluster.create(WORKFLOWS, compiled.object, { dryRun: true, signal })
  await checkAdmission(cluster, compiled.object satisfies ArgoObject, signal)
  await checkQuota(cluster, compiled.object, signal)
  const onProgress = onLine === undefined ? undefined : transferLine('uploading', onLine)
  await bringContent(context, withoutOwn(compiled, context.run), { signal, onProgress })
}

/** Without what lies below the keys of the run itself: it has another id when it is sent. */
function withoutOwn(compiled: ReturnType<typeof compileRun>, run: string): ReturnType<typeof compileRun> {
  const isShared = ({ key }: { readonly key: string }): boolean => !key.startsWith(`runs/${run}/`)
  const { needed, uploads, copies } = compiled
  return {
    ...compiled,
    needed: needed.filter(isShared),
    uploads: uploads.filter(isShared),
    copies: copies.filter(({ to }) => isShared({ key: to })),
  }
}
