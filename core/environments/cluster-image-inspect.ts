import type { EngineImage, ImageEngine, ImageRegistries, RunnerImages, StoredImage } from '#core/runtimes/images.ts'
import { imageNow } from './cluster-image-as-is.ts'
import { engineFault, lookFor, unreachable, type Look } from './cluster-image-look.ts'
import type { ImagePlan, PushPlan } from './cluster-image-plan.ts'
import { checkPlatform } from './cluster-image-push.ts'
import { findStoredLayers } from './cluster-image-stored.ts'
import type { ClusterImageWish, InspectedImage } from './cluster-image-types.ts'
import type { KeptFacts } from './image-facts.ts'
import type { ImageEnvironments } from './image-types.ts'
import type { EnvironmentLock } from './lock.ts'

type Sources = {
  readonly facts: KeptFacts
  readonly engine: ImageEngine
  readonly images: Pick<ImageEnvironments, 'find'>
  readonly registries: ImageRegistries
  readonly runners: RunnerImages
}

type Asked = ClusterImageWish & Sources

/** An image that pods pull from where it is. Throws what `imageAsItIs` throws. */
export async function inspectAsItIs(
  plan: Extract<ImagePlan, { runner: 'copy' }>,
  asked: Asked,
): Promise<InspectedImage> {
  const { reference, runner, env, unread } = await imageNow(plan, asked, asked)
  return { what: `the image ${plan.image}`, reference, runner, env, action: 'as_is', layers: null, bytes: 0, unread }
}

/** An image whose last layer is the runner. Throws what `ClusterImages.ensure` throws of registry, engine and platform. */
export function inspectLayered(lock: EnvironmentLock | null, plan: PushPlan, asked: Asked): Promise<InspectedImage> {
  return inspectPlan(plan, { ...asked, base: () => asked.images.find(lock) })
}

/** The image with the runner alone. */
export function inspectRunner(plan: PushPlan, asked: Asked): Promise<InspectedImage> {
  return inspectPlan(plan, { ...asked, base: () => Promise.resolve('scratch') })
}

type Base = EngineImage | 'scratch'
type Inspecting = Asked & { readonly base: () => Promise<Base | undefined> }

async function inspectPlan(plan: PushPlan, sources: Inspecting): Promise<InspectedImage> {
  const looked = await lookFor(plan, sources)
  if (looked.stored !== undefined) return presentImage(plan, looked.stored)
  try {
    return await inspectMissing(plan, looked, sources)
  } catch (error) {
    throw engineFault(error, plan, { ...sources, ...looked })
  }
}

function presentImage({ name, what }: PushPlan, { digest, env, layers }: StoredImage): InspectedImage {
  const reference = `${name.slice(0, name.lastIndexOf(':'))}@${digest}`
  const total = layers.length
  return {
    what,
    reference,
    runner: 'layer',
    env,
    action: 'present',
    layers: { total, missing: 0 },
    bytes: 0,
    unread: null,
  }
}

/** Where the registry does not answer, that is what is wrong: nothing could be pushed. */
async function inspectMissing(plan: PushPlan, { unreached }: Look, sources: Inspecting): Promise<InspectedImage> {
  if (unreached !== undefined) throw unreachable(unreached, { cause: unreached })
  await checkPlatform(plan, sources)
  const [base, runner] = await Promise.all([sources.base(), sources.runners.find(sources.platform)])
  const { name: reference, what } = plan
  const env = base === undefined || base === 'scratch' ? {} : base.env
  const shared = { what, reference, runner: 'layer', env, unread: null } as const
  if (base === undefined || runner === undefined) return { ...shared, action: 'build', layers: null, bytes: null }
  return { ...shared, action: 'push', ...(await layersToSend(plan, { base, runner }, sources)) }
}

type Made = { readonly base: Base; readonly runner: EngineImage }

/** The runner is one layer above those of the base, the same above each. */
async function layersToSend(
  plan: PushPlan,
  { base, runner }: Made,
  sources: Inspecting,
): Promise<Pick<InspectedImage, 'layers' | 'bytes'>> {
  const stored = await findStoredLayers(plan, sources)
  const runnerBytes = stored.hasRunner ? 0 : runner.sizeBytes
  const own = base === 'scratch' ? [] : base.layers
  const missing = own.filter((layer) => !stored.layers.has(layer))
  const counts = { total: own.length + 1, missing: missing.length + (stored.hasRunner ? 0 : 1) }
  if (base === 'scratch' || missing.length === 0) return { layers: counts, bytes: runnerBytes }
  const sizes = await sources.engine.layerSizes(base)
  if (sizes === undefined) return { layers: counts, bytes: null }
  const bytes = base.layers.reduce((sum, layer, index) => sum + (stored.layers.has(layer) ? 0 : (sizes[index] ?? 0)), 0)
  return { layers: counts, bytes: bytes + runnerBytes }
}
