import { createReadStream, existsSync } from 'node:fs'
import { parseImageReference, pinnedReference } from '#core/base/image-reference.ts'
import { Problem } from '#core/base/problem.ts'
import type { EngineImage } from '#core/runtimes/images.ts'
import { proxyArguments } from './build-settings.ts'
import { contextPath } from './context-store.ts'
import { buildNetwork, type ImageContext } from './image-context.ts'
import { pullImage, wrongPlatform } from './image-fetch.ts'
import { BASE_LABEL, ENVIRONMENT_LABEL } from './image-tag.ts'
import type { DockerfileLock, EnvironmentLock, ImageLock } from './lock.ts'
import { buildPythonImage, pythonBase, type Wanted } from './python-image.ts'

/** An image for a lock, and the references that were made for it alone. */
export type MadeImage = { readonly image: EngineImage; readonly owned: readonly string[] }

type Context = Pick<ImageContext, 'images' | 'settings'>

/** The image of a lock where the engine has it already; undefined where it must be made. */
export async function findMade(
  lock: EnvironmentLock,
  { digest, tag, platform }: Wanted,
  { images, settings }: Context,
): Promise<EngineImage | undefined> {
  if (lock.kind === 'image') return findLocked(lock, platform, images)
  const found = await images.find(tag)
  if (found?.labels[ENVIRONMENT_LABEL] !== digest || found.platform !== platform) return undefined
  if (lock.kind === 'dockerfile') return found
  return found.labels[BASE_LABEL] === pythonBase({ settings }, lock.pythonMinor) ? found : undefined
}

async function findLocked(
  { image, indexDigest, platforms, local }: ImageLock,
  platform: string,
  images: Context['images'],
): Promise<EngineImage | undefined> {
  const reference = parseImageReference(image)
  if (local === true) return images.find(indexDigest)
  if (reference === undefined) return undefined
  for (const digest of new Set([indexDigest, platforms[platform] ?? indexDigest])) {
    const found = await images.find(pinnedReference(reference, digest))
    if (found?.platform === platform) return found
  }
  return undefined
}

/** Pulls or builds. Throws as `ImageEnvironments.ensure` says. */
export async function makeImage(lock: EnvironmentLock, wanted: Wanted, context: ImageContext): Promise<MadeImage> {
  if (lock.kind === 'image') return pullLocked(lock, wanted, context)
  const image =
    lock.kind === 'python'
      ? await buildPythonImage(lock, wanted, context)
      : await buildDockerfile(lock, wanted, context)
  return { image, owned: [wanted.tag] }
}

async function pullLocked(lock: ImageLock, { platform, tag }: Wanted, context: ImageContext): Promise<MadeImage> {
  const offered = Object.keys(lock.platforms)
  if (offered.length > 0 && lock.platforms[platform] === undefined) throw wrongPlatform(lock.image, offered, platform)
  const reference = parseImageReference(lock.image)
  if (lock.local === true || reference === undefined) {
    const fix = 'load it here (docker load), or push it to a registry and run "minisub lock --update"'
    const message = `the image ${lock.image} was locked by its id in another container engine (${lock.indexDigest.slice(0, 19)}…): ${fix}`
    throw new Problem('image_unavailable', message)
  }
  const pinned = pinnedReference(reference, lock.indexDigest)
  const image = await pullImage(pinned, context)
  await context.images.tag(image.id, tag)
  return { image, owned: [tag, pinned] }
}

async function buildDockerfile(lock: DockerfileLock, wanted: Wanted, context: ImageContext): Promise<EngineImage> {
  const path = contextPath(context.home, lock.contextDigest)
  if (!existsSync(path)) {
    const fix = 'run the pipeline again from its file, which reads them anew'
    const message = `the files beside ${lock.dockerfile} that this environment was locked with are no longer kept: ${fix}`
    throw new Problem('environment_failed', message)
  }
  context.onLine?.(`building the image of ${lock.dockerfile}`)
  const image = await context.images.build({
    context: createReadStream(path),
    dockerfile: lock.dockerfile.replace(/^.*\//, ''),
    tag: wanted.tag,
    labels: { [ENVIRONMENT_LABEL]: wanted.digest },
    args: proxyArguments(context.settings, context.variables),
    ...buildNetwork(context),
    signal: context.signal,
    onLine: context.onLine,
  })
  if (image.platform !== wanted.platform) throw wrongPlatform(lock.dockerfile, [image.platform], wanted.platform)
  return image
}
