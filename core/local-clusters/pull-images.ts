import { formatBytes } from '#core/base/quantity.ts'
import type { ImageEngine, PullProgress } from '#core/runtimes/images.ts'
import type { StepContext } from './types.ts'

/** Makes sure that the engine has images; bytes of those that it has not are told. */
export async function ensureImages(
  images: ImageEngine,
  wanted: readonly string[],
  { signal, log, progress }: StepContext,
): Promise<void> {
  for (const [index, image] of wanted.entries()) {
    const at = (fraction: number): number => (index + fraction) / wanted.length
    progress(at(0), image)
    if ((await images.find(image)) !== undefined) {
      log(`${image} is there`)
      continue
    }
    log(`pulling ${image}`)
    await images.pull(image, { signal, onProgress: (bytes) => progress(at(share(bytes)), `${image}: ${text(bytes)}`) })
    log(`pulled ${image}`)
  }
}

/** Gives images of the engine to a registry under their own names there; resolves to those, by the image. */
export async function pushImages(
  images: ImageEngine,
  { wanted, registry }: { readonly wanted: readonly string[]; readonly registry: string },
  { signal, log, progress }: StepContext,
): Promise<void> {
  for (const [index, image] of wanted.entries()) {
    const name = inRegistry(registry, image)
    const at = (fraction: number): number => (index + fraction) / wanted.length
    await images.tag(image, name)
    try {
      const onProgress = (bytes: PullProgress): void => progress(at(share(bytes)), `${image}: ${text(bytes)}`)
      const { digest } = await images.push(name, { signal, onProgress })
      log(`${name} is ${digest}`)
    } finally {
      await images.remove(name)
    }
  }
}

/** The name of an image in a registry of ours: `quay.io/argoproj/argoexec:v3.7.9` is `localhost:5001/argoproj/argoexec:v3.7.9`. */
export function inRegistry(registry: string, image: string): string {
  const [first = '', ...rest] = image.split('/')
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  return `${registry}/${isHost ? rest.join('/') : image}`
}

function share({ doneBytes, totalBytes }: PullProgress): number {
  return totalBytes === 0 ? 0 : doneBytes / totalBytes
}

function text({ doneBytes, totalBytes }: PullProgress): string {
  return `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`
}
