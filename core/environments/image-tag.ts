import { createHash } from 'node:crypto'

/** Label of every image that was built for an environment; its value is the digest. */
export const ENVIRONMENT_LABEL = 'minisub.environment'
/** What an image of Python packages was built on, as the setting names it. */
export const BASE_LABEL = 'minisub.base'
/** The Python minor of such an image. */
export const PYTHON_LABEL = 'minisub.python'
/** Label of what a build leaves behind; its value is the id of the build. */
export const BUILD_LABEL = 'minisub.build'

const REPOSITORY = 'minisub-env'

/**
 * The tag of an environment's image on a platform. One on another base than the usual has a tag of its own, so that data
 * folders with different settings do not take it from each other in the same engine.
 */
export function imageTag(digest: string, platform: string, otherBase?: string): string {
  const base = otherBase === undefined ? '' : `-${createHash('sha256').update(otherBase).digest('hex').slice(0, 8)}`
  return `${REPOSITORY}:${digest.slice(0, 16)}-${platformSlug(platform)}${base}`
}

export function isImageTag(tag: string): boolean {
  return tag.startsWith(`${REPOSITORY}:`)
}

/** A platform as a part of names: `linux-amd64`. */
export function platformSlug(platform: string): string {
  return platform.replaceAll('/', '-')
}
