import { join } from 'node:path'
import { isProblem } from '#core/base/problem.ts'
import type { ClusterRuns } from '#core/cluster/index.ts'
import type { ClusterTargetView } from '#core/contract/cluster-targets.ts'
import { isFinalRun } from '#core/contract/events.ts'
import { openEnvironments, type ClusterImages, type Environments } from '#core/environments/index.ts'
import {
  openPipelines,
  processTarget,
  type PipelineOptions,
  type PipelineService,
  type Pipelines,
  type Target,
  type Targets,
} from '#core/pipelines/index.ts'
import { openMoves, type Moves } from '#core/moves/index.ts'
import { openProcessRuntime } from '#core/runtimes/process/index.ts'
import { openSecrets, systemKeychain, type LentEncryption, type Secrets } from '#core/secrets/index.ts'
import { readPrices } from '#core/prices/index.ts'
import { openSettings, type Settings } from '#core/settings/index.ts'
import { openBlobs, openStore, type Blobs, type Store } from '#core/store/index.ts'
import { openTargets, type ClusterTargets } from '#core/targets/index.ts'
import { openClusters } from './clusters.ts'
import { openDockerTarget, type DockerTarget } from './docker-target.ts'

export type EngineOptions = {
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
  /** A sentence that somebody should know, such as of what an earlier version left. */
  readonly onNote?: (sentence: string) => void
  /** Those of another folder may be used; the folder's own where absent. */
  readonly settings?: Settings
  /** False: secrets are kept in the data folder alone. */
  readonly keychain?: boolean
  /** What the desktop app lends. */
  readonly encryption?: LentEncryption | undefined
  /** What steps track into; nothing is tracked where it is absent. */
  readonly tracking?: NonNullable<PipelineOptions['tracking']>
  /** Makes versions of models; as `tracking` does it where absent. */
  readonly register?: NonNullable<PipelineOptions['register']>
  /** Wraps the environments, to hold one back for instance. */
  readonly environments?: (real: Environments) => Environments
}

/** A core without its server: everything that runs pipelines on a data folder. */
export type Engine = AsyncDisposable & {
  readonly store: Store
  readonly blobs: Blobs
  readonly settings: Settings
  readonly secrets: Secrets
  /** Clusters that runs can play on. */
  readonly clusterTargets: ClusterTargets
  readonly clusterImages: ClusterImages
  readonly clusters: ClusterRuns
  /** The container engine as local clusters use it. */
  readonly nodes: DockerTarget['nodes']
  readonly service: PipelineService
  /** Runs that clusters begin by themselves. */
  readonly scheduled: Pipelines['scheduled']
  /** Runs that go on elsewhere. */
  readonly moves: Moves
}

/**
 * Opens the engine of a data folder, whose lock the caller holds where others could open it too, and takes up the runs
 * that an earlier one left. No container engine is connected to before a run needs one. Disposing leaves what runs to
 * the next one.
 */
export function openEngine(home: string, options: EngineOptions): Engine {
  const stack = new AsyncDisposableStack()
  try {
    return open(home, options, stack)
  } catch (error) {
    // What is open by now closes at once: nothing has begun to run.
    stack.disposeAsync().catch(options.onError)
    throw error
  }
}

/** The blob store of a data folder: to open it reads and writes nothing. */
export function blobsOf(home: string): Blobs {
  return openBlobs(blobFolder(home))
}

/** The folder of the blob store of a data folder. */
export function blobFolder(home: string): string {
  return join(home, 'artifacts', 'blobs')
}

function open(home: string, options: EngineOptions, stack: AsyncDisposableStack): Engine {
  const { onError, onNote, settings = openSettings(home), environments: wrap = (it) => it } = options
  const store = stack.use(openStore(home))
  const blobs = blobsOf(home)
  blobs.sweepTemporary()
  const prices = () => readPrices(home)
  const secrets = openSecrets({
    home,
    keychain: options.keychain === false ? undefined : systemKeychain(),
    encryption: options.encryption,
    wantsKeychain: () => settings.get('secrets.keychain'),
    ...(onNote === undefined ? {} : { onNote }),
  })
  let service: ReturnType<typeof openPipelines> | undefined
  const inUse = (digest: string): boolean => service?.usesEnvironment(digest) ?? false
  const clusterTargets = openTargets({
    store,
    inUse: (name) => {
      const run = service?.runOn(name)
      return run === undefined ? undefined : `the run ${run}`
    },
  })
  const environments = wrap(openEnvironments({ home, inUse }))
  const docker = stack.use(openDockerTarget({ home, settings, inUse }))
  const local = new Map<string, Target>([
    ['process', processTarget(stack.use(openProcessRuntime()))],
    ['docker', docker],
  ])
  const { images, clusterImages } = docker
  const clusters = stack.use(
    openClusters({ home, blobs, secrets, images, clusterImages, tracks: options.tracking !== undefined }),
  )
  const targets: Targets = {
    keys: () => [...local.keys(), ...clusterTargets.list().map(({ name }) => name)],
    get: (name) => local.get(name) ?? clusterOf(clusters, clusterTargets.get(name)),
  }
  const { register, tracking } = options
  const told = {
    ...(register === undefined ? {} : { register }),
    ...(tracking === undefined ? {} : { tracking }),
  }
  service = stack.use(openPipelines({ home, store, blobs, secrets, environments, targets, prices, ...told, onError }))
  removeLeftovers({ docker, service, onError }, stack)
  const { scheduled, handover } = service
  const moves = stack.use(openMoves({ store, handover, runs: service, onError }))
  const { nodes } = docker
  const kept = { store, blobs, settings, secrets, nodes }
  const opened = { ...kept, clusterTargets, clusterImages, clusters, service, scheduled, moves }
  return { ...opened, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

function clusterOf(clusters: ClusterRuns, view: ClusterTargetView | undefined): Target | undefined {
  return view === undefined ? undefined : clusters.target(view.profile)
}

/** So long after it opened an engine looks for containers that an earlier one could not remove: others come first. */
const LEFTOVERS_MS = 2_000

type Leftovers = Pick<EngineOptions, 'onError'> & {
  readonly docker: DockerTarget
  readonly service: PipelineService
}

function removeLeftovers(options: Leftovers, stack: AsyncDisposableStack): void {
  const closing = new AbortController()
  const remove = (): void => void removeThem(options, closing.signal).catch(options.onError)
  const timer = setTimeout(remove, LEFTOVERS_MS).unref()
  stack.defer(() => {
    clearTimeout(timer)
    closing.abort()
  })
}

/** Containers of runs that are over. An engine that does not answer now is asked by the next core. */
async function removeThem({ docker, service }: Leftovers, closing: AbortSignal): Promise<void> {
  try {
    await docker.sweepShells()
    for (const run of await docker.leftRuns()) {
      if (closing.aborted) return
      if (isOver(service, run)) await docker.runtime.sweep({ run })
    }
  } catch (error) {
    if (!isProblem(error) || !/^engine_(unavailable|forbidden)$/.test(error.code)) throw error
  }
}

/** One that is not known was never more than begun. */
function isOver(service: PipelineService, run: string): boolean {
  try {
    return isFinalRun(service.show(run).status)
  } catch (error) {
    if (isProblem(error) && error.code === 'not_found') return true
    throw error
  }
}
