import { formatBytes } from '#core/base/quantity.ts'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { ClusterImage } from '#core/contract/local-clusters.ts'
import { registryOf } from './cluster-registry.ts'
import type { LocalClusterDeps } from './deps.ts'
import { loadArchive } from './load-archive.ts'
import { CLUSTER_LABEL, engineNames } from './names.ts'
import { deleteNodeImage, listNodeImages } from './node-images.ts'
import { nodesOf } from './nodes.ts'
import { inRegistry } from './pull-images.ts'
import type { StoredCluster } from './types.ts'
import { within } from './within.ts'

export type LoadWish = {
  readonly name: string
  /** Of the engine: a tag, or an id. */
  readonly image: string
  readonly onLine: (line: string) => void
  readonly signal: AbortSignal
}

/** `reference`: what pods call it by. */
export type LoadedImage = {
  readonly image: string
  readonly reference: string
  readonly by: 'registry' | 'archive' | 'present'
}

/** So long the nodes may take for a list, or to remove one; removing waits for their disk. */
const LIMIT_MS = 60_000

/** What can be done with the images of a cluster. Each throws Problem `not_found` where there is no such cluster. */
export type ClusterImageVerbs = {
  list(name: string): Promise<ClusterImage[]>
  remove(name: string, image: string): Promise<void>
  /** By the registry of the cluster where that runs, which sends layers that are missing alone; else as an archive. */
  load(wish: LoadWish): Promise<LoadedImage>
}

/** Images in the nodes of clusters. `known` throws for a name that is none. */
export function openClusterImages(deps: LocalClusterDeps, known: (name: string) => StoredCluster): ClusterImageVerbs {
  const { engine } = deps
  return {
    list: async (name) => {
      const cluster = known(name)
      return within(
        LIMIT_MS,
        running(deps, cluster).then((nodes) => listNodeImages(engine, nodes)),
      )
    },
    remove: async (name, image) => {
      const cluster = known(name)
      return within(
        LIMIT_MS,
        running(deps, cluster).then((nodes) => deleteNodeImage(engine, nodes, image)),
      )
    },
    load: async (wish) => load(deps, known(wish.name), wish),
  }
}

async function running({ engine }: LocalClusterDeps, { name }: StoredCluster): Promise<string[]> {
  const nodes = (await nodesOf(engine, name)).filter(({ state }) => state === 'running')
  if (nodes.length > 0) return nodes.map((node) => node.name)
  throw new Problem('conflict', `no node of the cluster ${name} runs: start it first`)
}

async function load(deps: LocalClusterDeps, cluster: StoredCluster, wish: LoadWish): Promise<LoadedImage> {
  const { image, onLine, signal } = wish
  const found = await deps.images.find(image)
  if (found === undefined) {
    throw new Problem('image_unavailable', `the container engine has no image ${image}: build or pull it first`)
  }
  if (await hasRegistry(deps, cluster)) {
    try {
      return await push(deps, cluster, { ...wish, id: found.id })
    } catch (error) {
      if (!isProblem(error) || !error.code.startsWith('registry_')) throw error
      onLine(`${error.message}; it goes as an archive`)
    }
  }
  const nodes = await running(deps, cluster)
  const onProgress = inSteps((done) => onLine(`${formatBytes(done)} of about ${formatBytes(found.sizeBytes)}`))
  const { reference, sent } = await loadArchive(deps.engine, { image, id: found.id, nodes, signal, onProgress })
  return { image, reference, by: sent.length === 0 ? 'present' : 'archive' }
}

async function hasRegistry({ engine }: LocalClusterDeps, { name }: StoredCluster): Promise<boolean> {
  const { registry } = engineNames(name)
  const containers = await engine.containers([`${CLUSTER_LABEL}=${name}`])
  return containers.some((it) => it.name === registry && it.state === 'running')
}

async function push(
  { images }: LocalClusterDeps,
  cluster: StoredCluster,
  { image, id, onLine, signal }: LoadWish & { readonly id: string },
): Promise<LoadedImage> {
  const reference = inRegistry(registryOf(cluster), nameOf(image, id))
  await images.tag(id, reference)
  try {
    const tell = inSteps((done: number, total: number) => onLine(`${formatBytes(done)} of ${formatBytes(total)}`))
    await images.push(reference, { signal, onProgress: ({ doneBytes, totalBytes }) => tell(doneBytes, totalBytes) })
  } finally {
    await images.remove(reference)
  }
  return { image, reference, by: 'registry' }
}

/** An image that has no name of its own is called by the beginning of its id. */
function nameOf(image: string, id: string): string {
  const hex = id.replace(/^sha256:/, '')
  const isId = /^(?:sha256:)?[0-9a-f]{12,64}$/.test(image)
  const [name = image] = image.split('@')
  if (isId) return `images/${hex.slice(0, 12)}:latest`
  return /:[^/]+$/.test(name) ? name : `${name}:latest`
}

const STEP_BYTES = 8_000_000

/** Calls on after each few megabytes. */
function inSteps<Rest extends unknown[]>(tell: (done: number, ...rest: Rest) => void) {
  let told = Number.NEGATIVE_INFINITY
  return (done: number, ...rest: Rest): void => {
    if (done - told < STEP_BYTES) return
    told = done
    tell(done, ...rest)
  }
}
