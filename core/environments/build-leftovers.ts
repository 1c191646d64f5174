import { setTimeout as sleep } from 'node:timers/promises'
import { isProblem } from '#core/base/problem.ts'
import type { EngineImage, ImageEngine } from '#core/runtimes/images.ts'
import { BUILD_LABEL } from './image-tag.ts'

/** A build that was given up needs a moment to stop what it runs. */
const PATIENCE_MS = [0, 100, 400, 1_500]
/** No build takes so long: whoever began it is gone. */
const ABANDONED_MS = 6 * 3_600_000

type Ended = { readonly build: string; readonly isGivenUp: boolean }

/**
 * Removes what the installing stage of a build left in the engine: it holds addresses and certificates, and as much disk
 * as the image itself. What a stage that still ends holds on to is tried again; what stays even then, and what builds of
 * cores that died left, goes with a later one. Where the engine is gone it stays.
 */
export async function removeLeftovers(images: ImageEngine, { build, isGivenUp }: Ended): Promise<void> {
  for (const patience of PATIENCE_MS) {
    await sleep(patience)
    const left = await listLeftovers(images)
    const own = left.filter(({ labels }) => labels[BUILD_LABEL] === build)
    const abandoned = left.filter(({ createdAt }) => Date.now() - createdAt > ABANDONED_MS)
    const isDone = (await removeAll(images, own)) && (own.length > 0 || !isGivenUp)
    await removeAll(images, abandoned)
    if (isDone) return
  }
}

async function listLeftovers(images: ImageEngine): Promise<EngineImage[]> {
  try {
    return await images.list(BUILD_LABEL)
  } catch (error) {
    if (isProblem(error)) return []
    throw error
  }
}

/** False where one of them is still in use. */
async function removeAll(images: ImageEngine, left: readonly EngineImage[]): Promise<boolean> {
  try {
    for (const { id } of left) await images.remove(id)
    return true
  } catch (error) {
    if (isProblem(error)) return false
    throw error
  }
}
