import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { pack } from 'tar-stream'
import { parseImageReference, pinnedReference } from '#core/base/image-reference.ts'
import { systemCode } from '#core/files/index.ts'
import { Problem, isProblem } from '../../base/problem.ts'
import type { ImageEngine } from '../images.ts'

const ROOT = new URL('../../../', import.meta.url)
const DOCKERFILE = fileURLToPath(new URL('resources/images/runner/Dockerfile', ROOT))
/** Where Node and its libraries come from; the Dockerfile says the same. */
const RUNNER_BASE = 'node:24-slim'

/** The step runner as it comes with this version. */
export type RunnerSource = {
  readonly dockerfile: string
  readonly bundle: Buffer
  /** 12 hex digits that stand for both. */
  readonly mark: string
}

/** Label of the runner's image and volume; its value is the mark. */
export const RUNNER_LABEL = 'minisub.runner'

/** The path of the bundle that `npm run build:runner` makes. */
export const RUNNER_BUNDLE = fileURLToPath(new URL('dist/runner/runner.mjs', ROOT))

/** Reads the runner's bundle and Dockerfile. Throws Problem `not_supported` where this copy was not built. */
export async function readRunnerSource(bundlePath: string): Promise<RunnerSource> {
  try {
    const [dockerfile, bundle] = await Promise.all([readFile(DOCKERFILE, 'utf8'), readFile(bundlePath)])
    const mark = createHash('sha256').update(bundle).update(dockerfile).digest('hex').slice(0, 12)
    return { dockerfile, bundle, mark }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error
    const message = `the step runner is not there (${bundlePath}): make it with "npm run build:runner"`
    throw new Problem('not_supported', message, { cause: error })
  }
}

/** The tag of the runner's image, as `npm run build:runner` gives it too. */
export function runnerTag(mark: string, platform: string): string {
  return `minisub-runner:${mark}-${platform.replaceAll('/', '-')}`
}

/** The engine's own platform where none is named, Node of RUNNER_BASE where no other image. */
export type RunnerWish = {
  readonly platform?: string
  readonly base?: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Builds the image of the runner where the engine does not have it, for any platform. Throws what a pull of its base and
 * a build throw, and says what it was for.
 */
export async function ensureRunnerImage(
  images: ImageEngine,
  source: RunnerSource,
  { platform: wanted, base = RUNNER_BASE, signal }: RunnerWish = {},
): Promise<string> {
  const platform = wanted ?? (await images.platform())
  const tag = runnerTag(source.mark, platform)
  if ((await images.find(tag)) !== undefined) return tag
  try {
    const args = { BASE: await haveBase(images, base, { platform, signal }) }
    const labels = { [RUNNER_LABEL]: source.mark }
    await images.build({ context: contextOf(source), dockerfile: 'Dockerfile', tag, labels, args, platform, signal })
    return tag
  } catch (error) {
    if (!isProblem(error)) throw error
    const message = `the step runner, which every container needs, could not be made from ${base}: ${error.message}`
    throw new Problem(error.code, message, {
      cause: error,
      ...(error.details === undefined ? {} : { details: error.details }),
    })
  }
}

/** By digest for another platform than the engine's, so that its name stays with what is here. */
async function haveBase(
  images: ImageEngine,
  base: string,
  { platform, signal }: { readonly platform: string; readonly signal: AbortSignal | undefined },
): Promise<string> {
  if ((await images.find(base))?.platform === platform) return base
  if (platform === (await images.platform())) {
    await images.pull(base, { signal })
    return base
  }
  const digest = (await images.resolve(base, signal)).platforms[platform]
  const reference = parseImageReference(base)
  if (digest === undefined || reference === undefined) {
    throw new Problem('image_platform', `${base} has no build for ${platform}`)
  }
  const pinned = pinnedReference(reference, digest)
  await images.pull(pinned, { platform, signal })
  return pinned
}

function contextOf({ dockerfile, bundle }: RunnerSource): AsyncIterable<Uint8Array> {
  const archive = pack()
  archive.entry({ name: 'Dockerfile' }, dockerfile)
  archive.entry({ name: 'runner.mjs' }, bundle)
  archive.finalize()
  return Readable.from(archive, { objectMode: false })
}
