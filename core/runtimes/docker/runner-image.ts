import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { pack } from 'tar-stream'
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

/**
 * Builds the image of the runner where the engine does not have it. Throws what a pull of its base and a build throw, and
 * says what it was for.
 */
export async function ensureRunnerImage(images: ImageEngine, source: RunnerSource): Promise<string> {
  const tag = runnerTag(source.mark, await images.platform())
  if ((await images.find(tag)) !== undefined) return tag
  try {
    if ((await images.find(RUNNER_BASE)) === undefined) await images.pull(RUNNER_BASE)
    const labels = { [RUNNER_LABEL]: source.mark }
    await images.build({ context: contextOf(source), dockerfile: 'Dockerfile', tag, labels, args: {} })
    return tag
  } catch (error) {
    if (!isProblem(error)) throw error
    const message = `the step runner, which every container needs, could not be made from ${RUNNER_BASE}: ${error.message}`
    throw new Problem(error.code, message, {
      cause: error,
      ...(error.details === undefined ? {} : { details: error.details }),
    })
  }
}

function contextOf({ dockerfile, bundle }: RunnerSource): AsyncIterable<Uint8Array> {
  const archive = pack()
  archive.entry({ name: 'Dockerfile' }, dockerfile)
  archive.entry({ name: 'runner.mjs' }, bundle)
  archive.finalize()
  return Readable.from(archive, { objectMode: false })
}
