import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isProblem, Problem } from '#core/base/problem.ts'
import { formatBytes } from '#core/base/quantity.ts'
import type { EngineImage, ImageEngine, ImageRegistries, RunnerImages, StoredImage } from '#core/runtimes/images.ts'
import { engineFault, isPassing, lookFor } from './cluster-image-look.ts'
import { CLUSTER_LABEL, type PushPlan } from './cluster-image-plan.ts'
import type { ClusterImageWish } from './cluster-image-types.ts'
import { environmentLockPath } from './folders.ts'
import { pushLine, pushMeter } from './push-progress.ts'
import { waitForLock } from './waiting-lock.ts'

/** An image in the registry of the cluster. */
export type Pushed = Pick<StoredImage, 'digest' | 'env'> & {
  /** Of what was sent; null where the registry had it. */
  readonly sentBytes: number | null
}

export type PushContext = Pick<ClusterImageWish, 'registry' | 'platform' | 'signal' | 'onLine' | 'onProgress'> & {
  readonly home: string
  readonly engine: ImageEngine
  readonly registries: ImageRegistries
  readonly runners: RunnerImages
  /** The id of the image that the runner comes on top of; `scratch` for the runner alone. */
  readonly base: () => Promise<string>
}

/** So often it is tried again when another core was in the way, after this pause. */
const TRIES = 4
const PAUSE_MS = 500

/**
 * Builds and pushes; what another core has pushed meanwhile is used. One at a time in a data folder; others may do the
 * same at once, since a reference is by digest. Layers that an earlier push has left in the registry are not sent again.
 */
export async function makeAndPush(plan: PushPlan, context: PushContext): Promise<Pushed> {
  const mark = createHash('sha256').update(plan.name).digest('hex').slice(0, 16)
  using held = await waitForLock(environmentLockPath(context.home, `push-${mark}`), context)
  for (let left = TRIES - 1; ; left -= 1) {
    const look = await lookFor(plan, context)
    if (look.stored !== undefined) return { ...look.stored, sentBytes: null }
    try {
      const pushed = await buildAndPush(plan, context)
      held.release()
      return pushed
    } catch (error) {
      if (left === 0 || !isPassing(error, plan)) throw engineFault(error, plan, { ...context, ...look })
      await sleep(PAUSE_MS)
      context.signal?.throwIfAborted()
    }
  }
}

async function buildAndPush(plan: PushPlan, context: PushContext): Promise<Pushed> {
  const { engine, runners, platform, signal, onLine } = context
  await checkPlatform(plan, context)
  const base = await context.base()
  onLine?.(`putting the step runner on top of ${plan.what}`)
  const labels = { [CLUSTER_LABEL]: plan.key }
  const built = await runners.build({ base, platform, tag: plan.name, labels, signal })
  try {
    return await push(built, plan, context)
  } finally {
    await forget(built, plan, engine)
  }
}

/** It is only the way to the registry. Another core may have made the same, or something new, under its name meanwhile. */
async function forget({ id }: EngineImage, { name }: PushPlan, engine: ImageEngine): Promise<void> {
  try {
    if ((await engine.find(name))?.id === id) await engine.remove(name)
    if ((await engine.find(id))?.tags.length === 0) await engine.remove(id)
  } catch (error) {
    // what cannot be removed now goes with `env prune`
    if (!isProblem(error)) throw error
  }
}

async function push(built: EngineImage, plan: PushPlan, context: PushContext): Promise<Pushed> {
  const { engine, signal, onLine, onProgress } = context
  let sentBytes = 0
  let lineAt = 0
  const meter = pushMeter((progress) => {
    sentBytes = progress.totalBytes
    onProgress?.(progress)
    if (Date.now() - lineAt < 1_000) return
    lineAt = Date.now()
    onLine?.(pushLine(plan.name, progress))
  })
  const { digest } = await engine.push(plan.name, { signal, onProgress: meter })
  const sent =
    sentBytes === 0 ? 'the registry had each layer' : `${formatBytes(sentBytes)} that the registry did not have`
  onLine?.(`pushed ${plan.name}: ${sent}`)
  return { digest, env: built.env, sentBytes }
}

/** Throws Problem `image_platform` where the engine builds for another platform. */
export async function checkPlatform(
  { what, isBuiltHere }: PushPlan,
  { engine, platform, registry }: Pick<PushContext, 'engine' | 'platform' | 'registry'>,
): Promise<void> {
  const own = await engine.platform()
  if (!isBuiltHere || own === platform) return
  const fix = `run it once on a machine with ${platform} that can push there, take an image of a registry that has ${platform}, or correct the platform of the target`
  const message = `the registry ${registry} does not have ${what} for ${platform}, and the container engine here builds ${own}: ${fix}`
  throw new Problem('image_platform', message)
}
