import { realpath } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { digestFor, parseImageReference, type ImageReference } from '#core/base/image-reference.ts'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { EngineImage, ImageEngine } from '#core/runtimes/images.ts'
import { keepContext } from './context-store.ts'
import { readDockerContext } from './docker-context.ts'
import type { ImageLockContext } from './image-types.ts'
import type { DockerfileLock, ImageLock } from './lock.ts'
import type { Waiter } from './shared-tasks.ts'

/** Where no registry answers for a name, an image of the engine may. */
const REFUSALS = /^(image_unavailable|image_login|network_unavailable)$/

/** See `ImageEnvironments.lock`. */
export async function lockImage(image: string, images: ImageEngine, waiter: Waiter): Promise<ImageLock> {
  const reference = parseImageReference(image)
  if (reference === undefined) {
    const fix = 'write it as in python:3.12-slim, ghcr.io/team/image:1 or name@sha256:…'
    throw new Problem('image_unavailable', `"${image}" is not the name of an image: ${fix}`)
  }
  try {
    return { kind: 'image', image, ...(await images.resolve(image, waiter.signal)) }
  } catch (error) {
    if (!isProblem(error) || !REFUSALS.test(error.code)) throw error
    const found = await images.find(image)
    if (found === undefined) throw error
    return lockOfEngine({ image, reference, found }, waiter)
  }
}

type Found = { readonly image: string; readonly reference: ImageReference; readonly found: EngineImage }

/** By the digest that the engine pulled it by; by its id, which other machines do not know, where it never did. */
function lockOfEngine({ image, reference, found }: Found, { onLine }: Waiter): ImageLock {
  const pulled = reference.digest ?? found.repoDigests.map((it) => digestFor(reference, it)).find((it) => it)
  if (pulled !== undefined) {
    return { kind: 'image', image, indexDigest: pulled, platforms: { [found.platform]: pulled } }
  }
  onLine?.(
    `warning: no registry answers for ${image}: it is locked by its id in this container engine, and other machines will not have it`,
  )
  return { kind: 'image', image, indexDigest: found.id, platforms: { [found.platform]: found.id }, local: true }
}

/** See `ImageEnvironments.lock`. Nothing but the disk is needed. */
export async function lockDockerfile(
  dockerfile: string,
  home: string,
  { folder, exclude, keep = true, onLine }: ImageLockContext,
): Promise<DockerfileLock> {
  const root = await realpath(folder)
  const file = await realpath(join(root, dockerfile)).catch((cause: unknown) => {
    const fix = 'correct the path or write the file'
    throw new Problem('input_missing', `the Dockerfile ${dockerfile} does not exist beside the pipeline: ${fix}`, {
      cause,
    })
  })
  if (!file.startsWith(root + sep)) {
    const fix = 'move it there'
    throw new Problem('input_outside', `the Dockerfile ${dockerfile} lies outside the folder of the pipeline: ${fix}`)
  }
  const context = await readDockerContext(file, await Promise.all([...exclude, home].map(realPlace)))
  const count = context.entries.length
  onLine?.(`reading the folder of ${dockerfile}: ${count === 1 ? '1 file' : `${count} files and folders`}`)
  if (keep) await keepContext(home, context)
  return { kind: 'dockerfile', dockerfile, contextDigest: context.digest }
}

/** Where a file that may not be there yet really lies, whatever links lead to its folder. */
async function realPlace(path: string): Promise<string> {
  return join(await realpath(dirname(path)), basename(path))
}
