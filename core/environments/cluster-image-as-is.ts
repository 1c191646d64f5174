import { isProblem, Problem } from '#core/base/problem.ts'
import { formatBytes } from '#core/base/quantity.ts'
import type { ImageEngine, ImageRegistries } from '#core/runtimes/images.ts'
import type { ImagePlan } from './cluster-image-plan.ts'
import type { ClusterImage, ClusterImageWish } from './cluster-image-types.ts'
import type { ImageFacts, KeptFacts } from './image-facts.ts'

type Sources = {
  readonly facts: KeptFacts
  readonly registries: Pick<ImageRegistries, 'read'>
  readonly engine: ImageEngine
}
type InitPlan = Extract<ImagePlan, { runner: 'copy' }>

/**
 * An image that a registry has by digest, for pods that a container of its own brings the runner to. Where that registry does
 * not let this machine in, pods may still have the login. Throws Problem `image_platform` or `image_unavailable`.
 */
export async function imageAsItIs(
  { reference, image }: InitPlan,
  wish: ClusterImageWish,
  sources: Sources,
): Promise<ClusterImage> {
  const facts = await factsOf(reference, wish, sources)
  if (facts !== undefined && facts.platform !== wish.platform) {
    const fix = `choose another image, build it for ${wish.platform} too, or correct the platform of the target`
    const message = `the image ${image} is for ${facts.platform}, and the nodes of the target are ${wish.platform}: ${fix}`
    throw new Problem('image_platform', message)
  }
  const size = facts === undefined ? '' : ` (${formatBytes(facts.sizeBytes)})`
  const why = `a registry has ${image} by digest, so nothing is sent: nodes pull it from there${size}, and a container beside the step brings the step runner`
  return { reference, runner: 'copy', env: facts?.env ?? {}, why }
}

/**
 * The same as it is now: the registry is asked whatever is known, and nothing is kept. `unread`: why it did not say that it
 * has the image, which pods may have the login for.
 */
export async function imageNow(
  plan: InitPlan,
  wish: ClusterImageWish,
  sources: Sources,
): Promise<ClusterImage & { readonly unread: string | null }> {
  let unread: string | null = null
  const read: ImageRegistries['read'] = async (...asked) => {
    try {
      return await sources.registries.read(...asked)
    } catch (error) {
      if (isProblem(error)) unread = error.message
      throw error
    }
  }
  const facts: KeptFacts = { read: () => undefined, keep: () => undefined }
  const image = await imageAsItIs(plan, wish, { ...sources, facts, registries: { read } })
  const digest = plan.reference.slice(plan.reference.indexOf('@') + 1)
  const known = unread === null ? undefined : sources.facts.read(digest, wish.platform)
  return { ...image, env: known?.env ?? image.env, unread }
}

/** By what is kept, the registry, then the engine. Undefined where none of them can tell. */
async function factsOf(reference: string, wish: ClusterImageWish, sources: Sources): Promise<ImageFacts | undefined> {
  const digest = reference.slice(reference.indexOf('@') + 1)
  const known = sources.facts.read(digest, wish.platform)
  if (known !== undefined) return known
  try {
    const stored = await sources.registries.read(reference, wish.platform, wish.signal)
    if (stored === undefined) throw gone(reference)
    const { env, platform, sizeBytes } = stored
    sources.facts.keep(digest, { env, platform, sizeBytes })
    return { env, platform, sizeBytes }
  } catch (error) {
    if (!isProblem(error) || !/^(image_login|network_unavailable)$/.test(error.code)) throw error
    const found = await findLocal(reference, sources)
    if (found === undefined) {
      wish.onLine?.(`warning: the variables of ${reference} are not known here: ${error.message}`)
    }
    return found
  }
}

async function findLocal(reference: string, { engine }: Sources): Promise<ImageFacts | undefined> {
  try {
    return await engine.find(reference)
  } catch (error) {
    if (isProblem(error)) return undefined
    throw error
  }
}

function gone(reference: string): Problem {
  const fix = 'push it there again, or lock another one with "minisub lock --update"'
  return new Problem('image_unavailable', `its registry no longer has the image ${reference}: ${fix}`)
}
