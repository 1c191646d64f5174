import { formatBytes } from '#core/base/quantity.ts'

const PULLING = /^pulling (\S+): (\d+(?:\.\d)?) ([kMGT]?B) of (\d+(?:\.\d)?) ([kMGT]?B)$/
const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }

/** How far the pull of an image is. */
export type Pull = { readonly image: string; readonly doneBytes: number; readonly totalBytes: number }

/** The line of progress of a pull, for people and programs alike: `pulling busybox:1.35: 1.2 MB of 2.1 MB`. */
export function pullLine({ image, doneBytes, totalBytes }: Pull): string {
  return `pulling ${image}: ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`
}

/** The line of progress that ends a pull. */
export function pulledLine(image: string): string {
  return `pulled ${image}`
}

/** Reads how far a pull is, to a tenth of the unit that is written; undefined of every other line. */
export function readPullLine(line: string): Pull | undefined {
  const [, image, done, doneUnit = '', total, totalUnit = ''] = PULLING.exec(line) ?? []
  if (image === undefined) return undefined
  return { image, doneBytes: bytesOf(done, doneUnit), totalBytes: bytesOf(total, totalUnit) }
}

function bytesOf(number: string | undefined, unit: string): number {
  return Math.round(Number(number) * (UNITS[unit] ?? 1))
}
