/** What the header of a PNG says. */
export type PngHeader = {
  readonly width: number
  readonly height: number
  /** Bits of a sample. */
  readonly depth: number
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha. */
  readonly colour: number
}

/** Samples of a pixel by the colour type. */
export const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

const NAMES: Readonly<Record<number, string>> = { 0: 'grey', 2: 'rgb', 3: 'colour', 4: 'grey, alpha', 6: 'rgba' }

/** A pixel as a text, such as `rgb 255 0 0`. Bits of a row stand from the left. */
export function pixelOf(row: Buffer, x: number, { colour, depth }: PngHeader): string {
  const count = SAMPLES[colour] ?? 1
  const samples = Array.from({ length: count }, (_, i) => sampleAt(row, x * count + i, depth))
  return `${NAMES[colour] ?? ''} ${samples.join(' ')}`
}

/** Tells of a pixel of two rows whether it is the same in both. */
export function samePixelIn(one: Buffer, other: Buffer, { colour, depth }: PngHeader): (x: number) => boolean {
  const count = SAMPLES[colour] ?? 1
  return (x) => {
    for (let i = x * count; i < (x + 1) * count; i += 1) {
      if (sampleAt(one, i, depth) !== sampleAt(other, i, depth)) return false
    }
    return true
  }
}

function sampleAt(row: Buffer, index: number, depth: number): number {
  if (depth === 16) return row.readUInt16BE(index * 2)
  if (depth === 8) return row.readUInt8(index)
  const bit = index * depth
  return (row.readUInt8(bit >> 3) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1)
}

/** The samples of a row that begins with its filter; `distance` is bytes from a pixel to the one on its left. */
export function unfilter(line: Buffer, above: Buffer, distance: number): Buffer {
  const filter = line[0] ?? 0
  const row = Buffer.from(line.subarray(1))
  for (let i = 0; i < row.length; i += 1) {
    const left = i < distance ? 0 : (row[i - distance] ?? 0)
    const corner = i < distance ? 0 : (above[i - distance] ?? 0)
    row[i] = (row[i] ?? 0) + predicted(filter, { left, up: above[i] ?? 0, corner })
  }
  return row
}

type Near = { readonly left: number; readonly up: number; readonly corner: number }

function predicted(filter: number, { left, up, corner }: Near): number {
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  return filter === 4 ? paeth({ left, up, corner }) : 0
}

function paeth({ left, up, corner }: Near): number {
  const guess = left + up - corner
  const [byLeft, byUp, byCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  if (byLeft <= byUp && byLeft <= byCorner) return left
  return byUp <= byCorner ? up : corner
}
