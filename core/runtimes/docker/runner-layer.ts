import { Readable } from 'node:stream'
import { pack } from 'tar-stream'
import type { EngineImage, ImageEngine, RunnerImages, RunnerLayerOptions } from '#core/runtimes/images.ts'
import { ensureRunnerImage, readRunnerSource, RUNNER_BUNDLE, runnerTag, type RunnerSource } from './runner-image.ts'

export type RunnerImagesOptions = {
  readonly images: ImageEngine
  /** Path of the runner's bundle; that of this copy where absent. */
  readonly bundle?: string
  /** Where Node and its libraries come from; RUNNER_BASE where absent. */
  readonly base?: string
}

/** Images that bring the step runner. Nothing is read or connected until the first call. */
export function openRunnerImages(options: RunnerImagesOptions): RunnerImages {
  const source = (): Promise<RunnerSource> => readRunnerSource(options.bundle ?? RUNNER_BUNDLE)
  return {
    mark: async () => (await source()).mark,
    find: async (platform) => options.images.find(runnerTag((await source()).mark, platform)),
    build: async (layer) => buildLayer(layer, options, await source()),
  }
}

async function buildLayer(
  { base, platform, tag, labels, signal }: RunnerLayerOptions,
  { images, base: nodeImage }: RunnerImagesOptions,
  source: RunnerSource,
): Promise<EngineImage> {
  const wish = { platform, signal, ...(nodeImage === undefined ? {} : { base: nodeImage }) }
  const runner = await ensureRunnerImage(images, source, wish)
  const context = contextOf(layerDockerfile(base, runner))
  return images.build({ context, dockerfile: 'Dockerfile', tag, labels, args: {}, platform, signal })
}

/**
 * The whole of the runner's image is copied, and not a folder of it: then times of folders are copied as well, and the
 * layer is the same bytes above every image, which registries and engines know again.
 */
function layerDockerfile(base: string, runner: string): string {
  return `FROM ${base}\nCOPY --from=${runner} / /\n`
}

function contextOf(dockerfile: string): AsyncIterable<Uint8Array> {
  const archive = pack()
  archive.entry({ name: 'Dockerfile' }, dockerfile)
  archive.finalize()
  return Readable.from(archive, { objectMode: false })
}
