import type { JsonObject } from '#core/base/json.ts'
import { isProblem } from '#core/base/problem.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { ClusterImages, ImageEnvironments } from '#core/environments/index.ts'
import { digestOfJson } from '#core/files/index.ts'
import { downloadAll } from '#core/objects/index.ts'
import type { ClusterSchedules, ClusterTarget, RemoteFile } from '#core/pipelines/index.ts'
import type { Blobs } from '#core/store/index.ts'
import { artifactRepository } from './artifact-repository.ts'
import { compileTemplate } from './compile-template.ts'
import { openConnections, storeId, type Connection, type ConnectionOptions, type Connections } from './connections.ts'
import { ClusterExecutor } from './executor.ts'
import { homeId } from './home-id.ts'
import { openLogTaker, type LogTaker } from './log-taker.ts'
import { viewPod } from './pod-view.ts'
import { prepareRun, type PrepareOptions } from './prepare.ts'
import { transferLine } from './progress-line.ts'
import { openPushes } from './pushes.ts'
import { CONFIG_MAPS, SECRETS, WORKFLOWS } from './resources.ts'
import { readFrozenCluster, workflowOf } from './run-context.ts'
import { openClusterSchedules } from './schedules.ts'
import { surveyRun } from './survey.ts'

export type ClusterTargetsOptions = Omit<ConnectionOptions, 'home'> & {
  /** The data folder. */
  readonly home: string
  readonly blobs: Blobs
  /** Of the local container engine; null where there is none to lock images with. */
  readonly images: ImageEnvironments | null
  readonly clusterImages: ClusterImages
  readonly haveImageVolumes: PrepareOptions['haveImageVolumes']
  /** Whether runners take what steps track. */
  readonly tracks: boolean
  readonly describe: (profile: ClusterProfile) => ReturnType<ClusterTarget['describe']>
}

/** Runs on clusters. Nothing is connected to before a run needs it. */
export type ClusterRuns = AsyncDisposable & {
  readonly connections: Connections
  readonly schedules: ClusterSchedules
  target(profile: ClusterProfile): ClusterTarget
  /**
   * Removes all that lies below the prefix of a profile's bucket, and what leads Argo there. For a prefix that nobody else
   * uses.
   */
  erase(profile: ClusterProfile): Promise<void>
}

export function openClusterRuns(options: ClusterTargetsOptions): ClusterRuns {
  const stack = new AsyncDisposableStack()
  const connections = stack.use(openConnections({ ...options, home: () => homeId(options.home) }))
  const logs = stack.use(openLogTaker({ home: options.home, connections }))
  return {
    connections,
    schedules: openClusterSchedules({
      ...options,
      connections,
      // Made when it is needed: most data folders have no cluster.
      get homeId() {
        return homeId(options.home)
      },
      secretValues: options.secrets,
    }),
    erase: (profile) => erase(profile, connections),
    target: (profile) => targetOf(profile, { ...options, connections, logs }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

const ERASED_AT_ONCE = 1_000

async function erase(profile: ClusterProfile, connections: Connections): Promise<void> {
  const { cluster, store } = connections.to(profile)
  const { configMap } = artifactRepository(profile)
  for (const resource of [CONFIG_MAPS, SECRETS]) await cluster.delete(resource, configMap)
  let keys: string[] = []
  for await (const { key } of store.list('')) {
    keys.push(key)
    if (keys.length < ERASED_AT_ONCE) continue
    await store.remove(keys)
    keys = []
  }
  await store.remove(keys)
}

type Opened = ClusterTargetsOptions & { readonly connections: Connections; readonly logs: LogTaker }

function targetOf(profile: ClusterProfile, opened: Opened): ClusterTarget {
  const { connections, logs, home, blobs, images, secrets, tracks } = opened
  const connection = connections.to(profile)
  const own = { home, homeId: homeId(home), storeId: storeId(profile), blobs, secretValues: secrets, tracks }
  return {
    kind: 'cluster',
    images,
    parallelism: profile.parallelism ?? null,
    store: storeId(profile),
    digest: digestOfJson(profile as unknown as JsonObject),
    describe: () => opened.describe(profile),
    hasStore: () => answers(() => connection.store.head('.minisub')),
    async check() {
      await connection.cluster.list(WORKFLOWS, { labelSelector: 'mini-submarine/none=none' })
      await connection.store.head('.minisub')
    },
    prepare: (run, progress) =>
      prepareRun(run, { ...own, ...opened, connection, profile, images: opened.clusterImages }, progress),
    survey: (run, how) => surveyRun(run, { ...own, ...opened, connection, profile, images: opened.clusterImages }, how),
    compile: (run) => compileTemplate(run, { ...own, profile, images: opened.clusterImages }),
    pushes: openPushes({ ...own, ...opened, connection, profile, images: opened.clusterImages }),
    imageOf: ({ cluster }, environment) => readFrozenCluster(cluster).images[environment ?? '']?.reference,
    open(run) {
      const cluster = readFrozenCluster(run.frozen.cluster)
      const to = connections.to(cluster.profile)
      const names = { id: run.run, run: workflowOf(run) }
      const of = { connection: to, storeId: storeId(cluster.profile), logs }
      return new ClusterExecutor({ ...own, ...run, ...names, ...of, cluster })
    },
    takeLog: (attempt, isOver) => logs.take(attempt, isOver),
    fetch: (files, { onLine, signal }) => fetchAll(files, { ...opened, ...connection }, { onLine, signal }),
    pod: (attempt) => viewPod(connections, attempt),
  }
}

async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask()
    return true
  } catch (error) {
    if (isProblem(error)) return false
    throw error
  }
}

type Progress = {
  readonly onLine: ((line: string) => void) | undefined
  readonly signal: AbortSignal | undefined
}

async function fetchAll(
  files: readonly RemoteFile[],
  { blobs, store }: Pick<Opened, 'blobs'> & Pick<Connection, 'store'>,
  { onLine, signal }: Progress,
): Promise<void> {
  const items = files.map((file) => ({
    ...file,
    keep: (bytes: AsyncIterable<Uint8Array>) => blobs.putStream(bytes, file),
  }))
  const onProgress = onLine === undefined ? undefined : transferLine('downloading', onLine)
  await downloadAll(store, items, { signal, onProgress })
}
