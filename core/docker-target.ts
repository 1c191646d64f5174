import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isProblem } from '#core/base/problem.ts'
import type { TargetView } from '#core/contract/routes-targets.ts'
import {
  openClusterImages,
  openImageEnvironments,
  type ClusterImages,
  type ImageEnvironments,
} from '#core/environments/index.ts'
import type { LocalTarget } from '#core/pipelines/index.ts'
import type { DockerEngine } from '#core/runtimes/docker/index.ts'
import type { ClusterEngine } from '#core/runtimes/cluster-engine.ts'
import type { ImageEngine } from '#core/runtimes/images.ts'
import { openSettings, type Settings } from '#core/settings/index.ts'
import { lazily, lazyClusterEngine, lazyImages, lazyImageSources, lazyRuntime } from './lazy.ts'

export type DockerTargetOptions = {
  /** The data folder. */
  readonly home: string
  readonly settings: Settings
  /** Whether a run that is not over needs an environment. */
  readonly inUse: (digest: string) => boolean
}

/** Containers of the engine of this machine, or of the one that the settings name. */
export type DockerTarget = LocalTarget &
  AsyncDisposable & {
    readonly images: ImageEnvironments
    /** Images of steps for clusters, of the same engine and environments. */
    readonly clusterImages: ClusterImages
    /** The engine as local clusters use it, and all images that it has. */
    readonly nodes: { readonly engine: ClusterEngine; readonly images: ImageEngine }
    /** Ids of the runs that something in the engine is left of; none where no container was ever started. */
    readonly leftRuns: () => Promise<string[]>
    /** Removes containers of shells that nobody sits at any more. */
    readonly sweepShells: () => Promise<void>
  }

/** Loads nothing and connects to nothing before something is asked of it: a core that only idles pays nothing. */
export function openDockerTarget({ home, settings, inUse }: DockerTargetOptions): DockerTarget {
  const engine = lazily(async () => {
    const docker = await import('#core/runtimes/docker/index.ts')
    return { docker, engine: docker.openDockerEngine({ host: () => settings.get('docker.host') }) }
  })
  const imageEngine: ImageEngine = lazyImages(async () => {
    const opened = await engine()
    return opened.docker.openDockerImages({ engine: opened.engine })
  })
  const runtime = lazyRuntime('docker', async () => {
    const opened = await engine()
    return opened.docker.openDockerRuntime({ home, engine: opened.engine })
  })
  const images = openImageEnvironments({ home, images: imageEngine, settings, inUse })
  const sources = lazyImageSources(async () => {
    const opened = await engine()
    const insecureFile = join(home, 'environments', 'registry', 'insecure.json')
    return {
      registries: opened.docker.openImageRegistries({ engine: opened.engine, insecureFile }),
      runners: opened.docker.openRunnerImages({ images: imageEngine }),
    }
  })
  const nodeEngine = lazyClusterEngine(async () => {
    const opened = await engine()
    return opened.docker.openClusterEngine({ engine: opened.engine })
  })
  return {
    kind: 'local',
    nodes: { engine: nodeEngine, images: imageEngine },
    clusterImages: openClusterImages({ home, images, engine: imageEngine, settings, ...sources }),
    runtime: { ...runtime, start: (workload) => (noteDockerUse(home), runtime.start(workload)) },
    images,
    describe: () => describe(async () => (await engine()).engine),
    leftRuns: async () => {
      if (!existsSync(usedPath(home))) return []
      const opened = await engine()
      return opened.docker.leftRuns(opened.engine, home)
    },
    sweepShells: async () => {
      if (!existsSync(usedPath(home))) return
      const opened = await engine()
      await opened.docker.sweepShells(opened.engine, home)
    },
    [Symbol.asyncDispose]: () => runtime[Symbol.asyncDispose](),
  }
}

/** What the engine of a data folder is, for those who start no core. */
export async function describeDocker(home: string): Promise<Omit<TargetView, 'name'>> {
  return describe(async () => {
    const settings = openSettings(home)
    const { openDockerEngine } = await import('#core/runtimes/docker/index.ts')
    return openDockerEngine({ host: () => settings.get('docker.host') })
  })
}

async function describe(open: () => Promise<DockerEngine>): Promise<Omit<TargetView, 'name'>> {
  try {
    const { name, version, address } = await (await open()).describe()
    return { status: 'ready', description: `${name} ${version} at ${address}`, reason: null }
  } catch (error) {
    if (!isProblem(error)) throw error
    return { status: 'unavailable', description: 'containers of a Docker engine', reason: error.message }
  }
}

/** Its being there says that this data folder has started containers, which may have been left. */
function usedPath(home: string): string {
  return join(home, 'runs', '.docker-used')
}

/** From now on a core of this data folder looks for what was left in the engine. */
export function noteDockerUse(home: string): void {
  const path = usedPath(home)
  if (existsSync(path)) return
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, '', { mode: 0o600 })
}
