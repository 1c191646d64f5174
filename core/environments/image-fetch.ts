import { Problem } from '#core/base/problem.ts'
import { pulledLine, pullLine } from '#core/contract/pull-line.ts'
import type { EngineImage, ImageEngine, PullProgress } from '#core/runtimes/images.ts'
import type { Waiter } from './shared-tasks.ts'

/** A line of progress is told so often. */
const LINE_EVERY_MS = 1_000

type Fetching = Waiter & { readonly images: ImageEngine }

/** The image of a name as the engine has it, else pulled. Throws Problem `image_platform` beside those of a pull. */
export async function fetchImage(reference: string, platform: string, fetching: Fetching): Promise<EngineImage> {
  const found = (await fetching.images.find(reference)) ?? (await pullImage(reference, fetching))
  if (found.platform === platform) return found
  throw wrongPlatform(reference, [found.platform], platform)
}

/** Pulls with lines that tell the bytes. */
export async function pullImage(reference: string, { images, signal, onLine }: Fetching): Promise<EngineImage> {
  onLine?.(`pulling ${reference}`)
  let told = Date.now()
  const onProgress = ({ doneBytes, totalBytes }: PullProgress): void => {
    if (totalBytes === 0 || Date.now() - told < LINE_EVERY_MS) return
    told = Date.now()
    onLine?.(pullLine({ image: reference, doneBytes, totalBytes }))
  }
  const image = await images.pull(reference, { signal, onProgress })
  onLine?.(pulledLine(reference))
  return image
}

/** Of an image that is not for what the engine runs. */
export function wrongPlatform(image: string, offered: readonly string[], platform: string): Problem {
  const fix = `choose another image, or build it for ${platform} too`
  const message = `the image ${image} is for ${offered.toSorted().join(', ')}, and the container engine runs ${platform}: ${fix}`
  return new Problem('image_platform', message)
}
