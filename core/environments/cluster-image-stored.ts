import type { ImageRegistries, StoredImage } from '#core/runtimes/images.ts'
import { isProblem } from '#core/base/problem.ts'
import { CLUSTER_LABEL, type PushPlan } from './cluster-image-plan.ts'
import type { ClusterImageWish } from './cluster-image-types.ts'

/** So many images of a registry are read to learn which layers it has. */
const READ = 12

export type StoredLayers = {
  /** `sha256:…` of their content, unpacked. */
  readonly layers: ReadonlySet<string>
  /** Whether the layer of the runner of a plan is there. */
  readonly hasRunner: boolean
}

type Looking = Pick<ClusterImageWish, 'registry' | 'platform' | 'signal'> & { readonly registries: ImageRegistries }

/**
 * Layers that a registry has in our images below its name: no registry knows a layer by its content, but each image lists
 * what its layers hold. Those that are most like the plan are read. Throws what `ImageRegistries.read` throws.
 */
export async function findStoredLayers(plan: PushPlan, looking: Looking): Promise<StoredLayers> {
  const names = await likelyNames(plan, looking)
  const images = (await Promise.all(names.map((name) => readOurs(name, looking)))).filter((it) => it !== undefined)
  const mark = markOf(plan)
  const withRunner = images.filter(({ labels }) => labels[CLUSTER_LABEL]?.endsWith(`.${mark}`) === true)
  return { layers: new Set(images.flatMap(({ layers }) => layers)), hasRunner: withRunner.length > 0 }
}

/** What a plan is of stands before the point, the runner after it. */
function markOf({ key }: PushPlan): string {
  return key.slice(key.lastIndexOf('.') + 1)
}

/** The same environment with another runner, another with this runner, then any. */
async function likelyNames(plan: PushPlan, { registry, registries, signal }: Looking): Promise<string[]> {
  const repositories = ['minisub-env', 'minisub-runner'].map((name) => `${registry}/${name}`)
  const all = repositories.map(async (repository) => {
    return (await registries.tags(repository, signal)).map((tag) => `${repository}:${tag}`)
  })
  const environment = plan.name.replace(/-[0-9a-f]{8}$/, '')
  const mark = markOf(plan).slice(0, 8)
  const rank = (name: string): number => {
    if (name.startsWith(environment)) return 0
    return name.includes(mark) ? 1 : 2
  }
  return (await Promise.all(all))
    .flat()
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, READ)
}

/** Undefined for what is not ours, or gone meanwhile. */
async function readOurs(name: string, { registries, platform, signal }: Looking): Promise<StoredImage | undefined> {
  try {
    const stored = await registries.read(name, platform, signal)
    return stored?.labels[CLUSTER_LABEL] === undefined ? undefined : stored
  } catch (error) {
    if (isProblem(error) && (error.code === 'image_unavailable' || error.code === 'image_platform')) return undefined
    throw error
  }
}
