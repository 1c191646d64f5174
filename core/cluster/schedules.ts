import { isProblem, Problem } from '#core/base/problem.ts'
import {
  boundOf,
  initialState,
  type ClusterSchedule,
  type ClusterSchedules,
  type PushedPipeline,
  type ScheduleThere,
} from '#core/pipelines/index.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import { artifactRepository, makeArtifactRepository } from './artifact-repository.ts'
import { compileWorkflow } from './compile.ts'
import type { Connection, Connections } from './connections.ts'
import { codeUpload, neededUploads } from './content.ts'
import {
  cronWorkflowName,
  cronWorkflowOf,
  LAST_USED_ANNOTATION,
  mergePatch,
  progressOf,
  scheduledWorkflow,
  scheduleLabels,
  troubleOf,
} from './cron-workflow.ts'
import { findObject } from './find-object.ts'
import { CRON_WORKFLOWS, SCHEDULE_LABEL, SECRETS, UNFINISHED, VERSION_LABEL, WORKFLOWS } from './resources.ts'
import { readFrozenCluster, type FrozenCluster, type RunContext } from './run-context.ts'
import { carriedValues, createOnce, putSecret, runSecretName, secretReferences } from './run-secrets.ts'
import type { Compiled } from './types.ts'

export type ClusterSchedulesOptions = Pick<RunContext, 'homeId' | 'blobs' | 'secretValues' | 'tracks'> & {
  readonly connections: Connections
}

/** Schedules that Argo keeps, each as a CronWorkflow. */
export function openClusterSchedules(options: ClusterSchedulesOptions): ClusterSchedules {
  const { connections } = options
  const profileOf = (frozen: Pick<PushedPipeline['frozen'], 'cluster'>) => readFrozenCluster(frozen.cluster).profile
  return {
    nameOf: cronWorkflowName,
    namespaceOf: (frozen) => profileOf(frozen).namespace,
    placeOf(frozen) {
      const { kubeconfig, context, namespace } = profileOf(frozen)
      return JSON.stringify([kubeconfig, context, namespace])
    },
    put: (schedule, how) => put(schedule, options, how),
    remove: (schedule, frozen, signal) => remove(schedule, connections.to(profileOf(frozen)).cluster, signal),
    follow: (frozen, listener) =>
      connections.to(profileOf(frozen)).watch.followAll({
        connection: (reason) => listener.connection(reason),
        put(seen) {
          const found = scheduledWorkflow(seen)
          if (found !== undefined) listener.workflow(found)
        },
      }),
  }
}

type How = Parameters<ClusterSchedules['put']>[1]

async function put(schedule: ClusterSchedule, options: ClusterSchedulesOptions, how: How): Promise<ScheduleThere> {
  const { frozen } = schedule.pushed
  const cluster = readFrozenCluster(frozen.cluster)
  const connection = options.connections.to(cluster.profile)
  const compiled = compileSchedule(schedule, cluster, options)
  await makeNeeded(schedule, { ...options, cluster, connection, compiled }, how.signal)
  const { homeId: home } = options
  const wanted = cronWorkflowOf(schedule, compiled.object, { home, limits: cluster.limits })
  const { name } = wanted.metadata
  const find = () => findObject(connection.cluster, CRON_WORKFLOWS, { name, signal: how.signal })
  let there = await find()
  if (there === undefined) {
    await createOnce(() => connection.cluster.create(CRON_WORKFLOWS, wanted, { signal: how.signal }))
    there = await find()
  } else there = await change(connection.cluster, { there, wanted, schedule }, how)
  if (there === undefined) throw new Problem('conflict', 'it was deleted from the cluster just now: it is made anew')
  return { trouble: wrongWith(there, schedule), ...progressOf(there) }
}

/** What a schedule starts each time. */
function compileSchedule(
  schedule: ClusterSchedule,
  cluster: FrozenCluster,
  { homeId, tracks }: Pick<ClusterSchedulesOptions, 'homeId' | 'tracks'>,
): Compiled {
  const { pushed, id } = schedule
  const { frozen, definition, digest, hasCode } = pushed
  return compileWorkflow({
    state: initialState(boundOf(pushed)),
    run: null,
    pipelineDigest: digest,
    files: frozen.facts.files,
    code: hasCode ? frozen.code : null,
    profile: cluster.profile,
    images: cluster.images,
    runnerImage: cluster.runnerImage,
    imageVolumes: cluster.imageVolumes,
    artifactRepository: artifactRepository(cluster.profile),
    secrets: secretReferences(definition, cronWorkflowName(id), cluster.secrets),
    locate: () => undefined,
    parallelism: frozen.parallelism,
    tracks,
    limits: cluster.limits,
    labels: scheduleLabels(schedule, homeId),
  })
}

type Needed = ClusterSchedulesOptions & {
  readonly cluster: FrozenCluster
  readonly connection: Connection
  readonly compiled: Compiled
}

/** All that must be there before Argo may start it. */
async function makeNeeded(
  schedule: ClusterSchedule,
  { cluster, connection, compiled, blobs, secretValues, homeId }: Needed,
  signal: AbortSignal,
): Promise<void> {
  const { snapshot, pushed } = schedule
  const { definition } = pushed
  const code = snapshot === undefined ? [] : codeUpload({ snapshot, blobs })
  // A removal of what was pushed beside it may have taken away what it found there.
  await connection.store.putMissing([...code, ...neededUploads(compiled.needed, { blobs })], { signal })
  await makeArtifactRepository(cluster.profile, { cluster: connection.cluster, secrets: secretValues, signal })
  const data = await carriedValues(definition, cluster.secrets, { cluster: connection.cluster, secretValues })
  if (Object.keys(data).length === 0) return
  const name = runSecretName(cronWorkflowName(schedule.id))
  await putSecret(connection.cluster, { name, labels: scheduleLabels(schedule, homeId), data }, signal)
}

type Change = {
  readonly there: KubeObject
  readonly wanted: ReturnType<typeof cronWorkflowOf>
  readonly schedule: ClusterSchedule
}

/** Brings it up to date where it starts something else, or where somebody here has paused or resumed it. */
async function change(
  cluster: Cluster,
  { there, wanted, schedule }: Change,
  { sayPaused, signal }: How,
): Promise<KubeObject> {
  const isSame = there.metadata.labels?.[VERSION_LABEL] === schedule.version
  const isPaused = isPausedThere(there)
  const suspend = sayPaused ? schedule.paused : isPaused
  if (isSame && suspend === isPaused) return there
  // What came due while it was paused is not made up for.
  const forgotten = isPaused && !suspend ? { [LAST_USED_ANNOTATION]: null } : {}
  const metadata = { labels: wanted.metadata.labels, annotations: { ...wanted.metadata.annotations, ...forgotten } }
  const spec = mergePatch((there['spec'] ?? {}) as Record<string, unknown>, { ...wanted.spec, suspend })
  return cluster.patch(CRON_WORKFLOWS, wanted.metadata.name, { metadata, spec }, { signal })
}

function isPausedThere(there: KubeObject): boolean {
  const { suspend = false } = (there['spec'] ?? {}) as { readonly suspend?: boolean }
  return suspend
}

function wrongWith(there: KubeObject, { paused, name }: ClusterSchedule): string | null {
  const trouble = troubleOf(there)
  if (trouble !== null) return `Argo says ${trouble}`
  if (isPausedThere(there) === paused) return null
  const [did, fix] = paused ? ['resumed', 'pause'] : ['suspended', 'resume']
  return `somebody has ${did} it in the cluster: minisub schedule ${fix} ${name} says otherwise`
}

async function remove(schedule: string, cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const name = cronWorkflowName(schedule)
  await cluster.delete(CRON_WORKFLOWS, name, { orphan: true, signal })
  const running = await unlessMissing(() =>
    cluster.list(WORKFLOWS, { labelSelector: `${SCHEDULE_LABEL}=${schedule},${UNFINISHED}`, signal }),
  )
  if (running !== undefined && running.length > 0) return false
  await cluster.delete(SECRETS, runSecretName(name), { signal })
  return true
}

/** Undefined where the cluster has no Argo any more. */
async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (isProblem(error) && error.code === 'not_found') return undefined
    throw error
  }
}
