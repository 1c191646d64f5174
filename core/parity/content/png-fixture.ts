import { crc32, deflateSync } from 'node:zlib'
import { PNG_SIGNATURE } from './png.ts'
import type { PngHeader } from './png-pixels.ts'

type Options = {
  /** Filter of each row, 0 to 4. */
  readonly filters?: readonly number[]
  readonly palette?: Buffer
  readonly transparency?: Buffer
  /** A text that is noted beside the image. */
  readonly note?: string
  readonly isInterlaced?: boolean
  /** Of the deflate stream, as zlib has it. */
  readonly level?: number
}

/** A PNG of rows of samples, which are bytes as they lie in an image. */
export function pngOf(header: PngHeader, rows: readonly Buffer[], options: Options = {}): Buffer {
  const { filters = [], palette, transparency, note, isInterlaced = false, level = 6 } = options
  const head = Buffer.alloc(13)
  head.writeUInt32BE(header.width, 0)
  head.writeUInt32BE(header.height, 4)
  head.set([header.depth, header.colour, 0, 0, isInterlaced ? 1 : 0], 8)
  const distance = Math.max(1, ((SAMPLES[header.colour] ?? 1) * header.depth) >> 3)
  const lines = rows.map((row, y) => filtered(row, rows[y - 1] ?? Buffer.alloc(row.length), filters[y] ?? 0, distance))
  const data = deflateSync(Buffer.concat(lines), { level })
  const half = data.length >> 1
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk('IHDR', head),
    ...(palette === undefined ? [] : [chunk('PLTE', palette)]),
    ...(transparency === undefined ? [] : [chunk('tRNS', transparency)]),
    ...(note === undefined ? [] : [chunk('tEXt', Buffer.from(`Comment\0${note}`, 'latin1'))]),
    chunk('IDAT', data.subarray(0, half)),
    chunk('IDAT', data.subarray(half)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

function chunk(type: string, data: Buffer): Buffer {
  const [size, end] = [Buffer.alloc(4), Buffer.alloc(4)]
  size.writeUInt32BE(data.length)
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  end.writeUInt32BE(crc32(body))
  return Buffer.concat([size, body, end])
}

// oxlint-disable-next-line max-params -- as the specification of PNG writes it
function filtered(row: Buffer, above: Buffer, filter: number, distance: number): Buffer {
  const line = Buffer.alloc(row.length + 1)
  line[0] = filter
  for (let i = 0; i < row.length; i += 1) {
    const [left, up, corner] = [row[i - distance] ?? 0, above[i] ?? 0, above[i - distance] ?? 0]
    const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0
    line[i + 1] = (row[i] ?? 0) - guess
  }
  return line
}

function paeth(left: number, up: number, corner: number): number {
  const near = [left, up, corner].map((it) => Math.abs(left + up - corner - it))
  const least = Math.min(...near)
  return [left, up, corner][near.indexOf(least)] ?? 0
}
