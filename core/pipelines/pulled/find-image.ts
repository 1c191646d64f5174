import { isProblem } from '#core/base/problem.ts'
import type { ImageEnvironments, StartImage } from '#core/environments/index.ts'
import type { Progress } from '../service-types.ts'
import type { Targets } from '../targets.ts'
import type { PastAttempt } from './past-attempt.ts'
import { referenceOf } from './pulled-facts.ts'

/** The image that a step runs in again. */
export type FoundImage = {
  readonly image: StartImage
  /** Where it is the very one of there, by which the run finds it. */
  readonly reference: string | undefined
  /** What differs from there, in sentences. */
  readonly notes: readonly string[]
}

type Wanted = { readonly images: ImageEnvironments; readonly targets: Targets }

/**
 * The image of an attempt by its digest, from the registry of its cluster; where that cannot be had, that of its lock.
 * Throws what `ImageEnvironments.ensure` throws.
 */
export async function findImage(
  past: PastAttempt,
  { images, targets }: Wanted,
  progress: Progress,
): Promise<FoundImage> {
  const reference = referenceOf(past, targets)
  if (reference === undefined) return fromLock(past, images, progress)
  try {
    return { image: await images.pinned(reference, progress), reference, notes: [] }
  } catch (error) {
    if (!isProblem(error)) throw error
    const found = await fromLock(past, images, progress)
    const note = `the image ${reference} cannot be had here, so it is one of the same environment with another digest: ${error.message}`
    return { ...found, notes: [note, ...found.notes] }
  }
}

async function fromLock(
  { row, task, started }: PastAttempt,
  images: ImageEnvironments,
  progress: Progress,
): Promise<FoundImage> {
  const name = task.step.bound.planned.definition.environment
  const frozen = name === null ? undefined : row.frozen.environments[name]
  const image = await (frozen === undefined ? images.default(progress) : images.ensure(frozen.lock, progress))
  const there = started?.image?.platform
  const differs = there !== undefined && there !== image.platform
  const notes = differs ? [`its image is for ${image.platform} here and was for ${there} there`] : []
  return { image, reference: undefined, notes }
}
