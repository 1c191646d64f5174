import { createHash } from 'node:crypto'
import { assertNever } from '#core/base/assert-never.ts'
import { parseImageReference, pinnedReference } from '#core/base/image-reference.ts'
import { Problem } from '#core/base/problem.ts'
import { defaultReference } from './default-image.ts'
import type { ClusterImageWish } from './cluster-image-types.ts'
import type { ImageContext } from './image-context.ts'
import { imageTag, platformSlug } from './image-tag.ts'
import { environmentDigest, type EnvironmentLock, type ImageLock } from './lock.ts'
import { packageVersions } from './requirement.ts'
import { otherBase } from './python-image.ts'

/** Label of the images that are made for a cluster; its value says of what. */
export const CLUSTER_LABEL = 'minisub.cluster'

/** What is to be pushed: under which name, and how it is known to be that. */
export type PushPlan = {
  /** `registry/minisub-env:tag`. */
  readonly name: string
  /** The value of CLUSTER_LABEL. */
  readonly key: string
  /** In words: `the image of Python 3.11 with 12 packages`. */
  readonly what: string
  /** False: it can be made for any platform, else for the engine's alone. */
  readonly isBuiltHere: boolean
}

/** How the image of a step gets to the cluster. */
export type ImagePlan =
  | { readonly runner: 'copy'; readonly reference: string; readonly image: string }
  | { readonly runner: 'layer'; readonly push: PushPlan }

type Where = Pick<ClusterImageWish, 'registry' | 'platform'>
type Planning = Pick<ImageContext, 'settings' | 'variables'> & { readonly mark: string }

/**
 * An image that a registry has by digest is used as it is: nothing of it is pushed. What is built here, and what only
 * this engine has, is pushed with the runner as its last layer. Throws Problem `image_platform`.
 */
export async function planImage(lock: EnvironmentLock | null, where: Where, planning: Planning): Promise<ImagePlan> {
  if (lock?.kind !== 'image') return { runner: 'layer', push: await planBuilt(lock, where, planning) }
  const { platforms, indexDigest, image, local } = lock
  const digest = platforms[where.platform]
  if (digest === undefined && Object.keys(platforms).length > 0) throw otherPlatform(lock, where.platform)
  const reference = parseImageReference(image)
  if (local === true || reference === undefined) return { runner: 'layer', push: planLocal(lock, where, planning) }
  return { runner: 'copy', reference: pinnedReference(reference, digest ?? indexDigest), image }
}

/** The image with the runner alone. */
export function planRunner({ registry, platform }: Where, mark: string): PushPlan {
  const name = `${registry}/minisub-runner:${mark}-${platformSlug(platform)}`
  return { name, key: `runner.${mark}`, what: 'the image of the step runner', isBuiltHere: false }
}

async function planBuilt(
  lock: Exclude<EnvironmentLock, ImageLock> | null,
  where: Where,
  planning: Planning,
): Promise<PushPlan> {
  if (lock === null) {
    const reference = await defaultReference(planning)
    const digest = createHash('sha256').update(`default ${reference}`).digest('hex')
    return planOf(digest, { what: `the image ${reference} of steps without an environment` }, { ...where, ...planning })
  }
  const base = lock.kind === 'python' ? otherBase(planning, lock.pythonMinor) : undefined
  return planOf(environmentDigest(lock), { what: wordsOf(lock), base }, { ...where, ...planning })
}

function planLocal(lock: ImageLock, where: Where, planning: Planning): PushPlan {
  const what = `the image ${lock.image}, which only a container engine has`
  return planOf(environmentDigest(lock), { what }, { ...where, ...planning })
}

type Named = { readonly what: string; readonly base?: string | undefined }

function planOf(digest: string, { what, base }: Named, { registry, platform, mark }: Where & Planning): PushPlan {
  const name = `${registry}/${imageTag(digest, platform, base)}-${mark.slice(0, 8)}`
  return { name, key: `${digest}.${mark}`, what, isBuiltHere: true }
}

function wordsOf(lock: Exclude<EnvironmentLock, ImageLock>): string {
  switch (lock.kind) {
    case 'python': {
      const count = packageVersions(lock.requirements).length
      return `the image of Python ${lock.pythonMinor} with ${count === 1 ? '1 package' : `${count} packages`}`
    }
    case 'dockerfile':
      return `the image of ${lock.dockerfile}`
    default:
      return assertNever(lock)
  }
}

function otherPlatform({ image, platforms }: ImageLock, platform: string): Problem {
  const fix = `choose another image, build it for ${platform} too, or correct the platform of the target`
  const offered = Object.keys(platforms).toSorted().join(', ')
  const message = `the image ${image} is for ${offered}, and the nodes of the target are ${platform}: ${fix}`
  return new Problem('image_platform', message)
}
