/** An image that `mlflow.log_image` wrote with a key and a step. */
export type LoggedImage = {
  readonly step: number
  /** Epoch milliseconds. */
  readonly time: number
  readonly path: string
  readonly size: number
  /** A smaller copy; absent where there is none. */
  readonly preview?: { readonly path: string; readonly size: number }
}

/** Images of one key, by step and time. */
export type ImageSeries = { readonly key: string; readonly images: readonly LoggedImage[] }

type Listed = { readonly path: string; readonly isFolder: boolean; readonly size: number | null }

/** `images/<key>%step%<n>%timestamp%<ms>%<uuid>[%compressed].<ending>`; older clients write `+` for `%`. */
const NAME = /^images\/(.+)([%+])step\2(-?\d+)\2timestamp\2(\d+)\2([0-9a-f-]{36})(\2compressed)?\.[a-z0-9]+$/i

/** The series that files of the folder `images` make, by key. Other files are left out. */
export function imageSeries(files: readonly Listed[]): ImageSeries[] {
  const byImage = new Map<string, { key: string; image: Partial<LoggedImage> & { step: number; time: number } }>()
  for (const { path, isFolder, size } of files) {
    const [, key, , step, time, id, isPreview] = (isFolder ? null : NAME.exec(path)) ?? []
    if (key === undefined || id === undefined) continue
    const name = `${key} ${step} ${id}`
    const known = byImage.get(name)?.image ?? { step: Number(step), time: Number(time) }
    const file = { path, size: size ?? 0 }
    byImage.set(name, { key, image: { ...known, ...(isPreview === undefined ? file : { preview: file }) } })
  }
  const series = new Map<string, LoggedImage[]>()
  for (const { key, image } of byImage.values()) {
    const whole = wholeOf(image)
    if (whole === undefined) continue
    // A slash cannot be in the name of a file, so the client writes another sign.
    const shown = key.replaceAll('#', '/')
    const images = series.get(shown)
    if (images === undefined) series.set(shown, [whole])
    else images.push(whole)
  }
  return [...series]
    .map(([key, images]) => ({ key, images: images.toSorted((a, b) => a.step - b.step || a.time - b.time) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

/** A preview alone is shown in place of an image that is not there yet. */
function wholeOf({ step, time, path, size, preview }: Partial<LoggedImage>): LoggedImage | undefined {
  const shown = path === undefined || size === undefined ? preview : { path, size }
  if (shown === undefined || step === undefined || time === undefined) return undefined
  return { step, time, ...shown, ...(preview === undefined ? {} : { preview }) }
}

/** All steps that some series has, in order. */
export function stepsOf(series: readonly ImageSeries[]): number[] {
  const steps = new Set(series.flatMap(({ images }) => images.map(({ step }) => step)))
  return [...steps].toSorted((a, b) => a - b)
}

/** The image of a series at a step: the latest that was logged until then. */
export function imageAt({ images }: ImageSeries, step: number): LoggedImage | undefined {
  return images.findLast((image) => image.step <= step)
}
