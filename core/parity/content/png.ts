import { pipeline, Readable } from 'node:stream'
import { createInflate } from 'node:zlib'
import type { ContentDifference } from '#core/contract/parity.ts'
import { CHUNK, type Content, type Pair, type Range } from './content.ts'
import { pixelOf, SAMPLES, samePixelIn, unfilter, type PngHeader } from './png-pixels.ts'
import { difference } from './shown.ts'

/** What a PNG file begins with. */
export const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** Of pixels and of a row in bytes: what is larger is compared as bytes. */
const MOST_PIXELS = 100_000_000
const LONGEST_ROW = 1024 * 1024
const MOST_CHUNKS = 100_000

type Png = PngHeader & {
  readonly palette: Buffer
  readonly transparency: Buffer
  readonly data: readonly Range[]
  readonly isInterlaced: boolean
}

/**
 * How two PNG images differ: their size, or the first pixel and how many there are. Undefined where one cannot be read here
 * (interlaced, damaged, very large).
 */
export async function pngDifference(pair: Pair, signal?: AbortSignal): Promise<ContentDifference | undefined> {
  const [a, b] = await Promise.all([readPng(pair.a), readPng(pair.b)])
  if (a === undefined || b === undefined) return undefined
  const shape = shapeDifference(a, b)
  if (shape !== undefined) return shape
  if (a.isInterlaced || b.isInterlaced) return undefined
  return pixelDifference({ pair, a, b }, signal)
}

function shapeDifference(a: Png, b: Png): ContentDifference | undefined {
  const at = (place: string, one: string, other: string) =>
    one === other ? undefined : difference({ format: 'png', place, a: one, b: other })
  return (
    at('size of the image', `${a.width} × ${a.height}`, `${b.width} × ${b.height}`) ??
    at('kind of pixels', kindOf(a), kindOf(b)) ??
    at('palette', a.palette.toString('hex'), b.palette.toString('hex')) ??
    at('transparency', a.transparency.toString('hex'), b.transparency.toString('hex'))
  )
}

const COLOURS: Readonly<Record<number, string>> = { 0: 'grey', 2: 'RGB', 3: 'palette', 4: 'grey with alpha', 6: 'RGBA' }

function kindOf({ colour, depth }: PngHeader): string {
  return `${COLOURS[colour] ?? colour}, ${depth} bits`
}

type Images = { readonly pair: Pair; readonly a: Png; readonly b: Png }
type Pixels = { count: number; first: { readonly place: string; readonly a: string; readonly b: string } | undefined }

async function pixelDifference({ pair, a, b }: Images, signal?: AbortSignal): Promise<ContentDifference | undefined> {
  const found: Pixels = { count: 0, first: undefined }
  const [left, right] = [rowsOf(pair.a, a), rowsOf(pair.b, b)]
  try {
    for (let y = 0; y < a.height; y += 1) {
      signal?.throwIfAborted()
      const [one, other] = await Promise.all([left.next(), right.next()])
      if (one.done === true || other.done === true) return undefined
      if (!one.value.equals(other.value)) countPixels(found, a, { y, one: one.value, other: other.value })
    }
  } catch (error) {
    if (isDamage(error)) return undefined
    throw error
  } finally {
    await Promise.all([left.return(undefined), right.return(undefined)])
  }
  if (found.first === undefined) return samePixels
  const { place, a: one, b: other } = found.first
  const total = a.width * a.height
  const words = `${found.count} of ${total} pixels differ, first ${place}: ${one} and ${other}`
  return { format: 'png', place, a: one, b: other, words }
}

const samePixels: ContentDifference = {
  format: 'png',
  place: 'file',
  a: null,
  b: null,
  words: 'the same pixels in files that differ: in how they are compressed, or in what is noted beside the image',
}

type Rows = { readonly y: number; readonly one: Buffer; readonly other: Buffer }

function countPixels(found: Pixels, header: PngHeader, { y, one, other }: Rows): void {
  const isSame = samePixelIn(one, other, header)
  for (let x = 0; x < header.width; x += 1) {
    if (isSame(x)) continue
    found.count += 1
    found.first ??= { place: `pixel ${x}, ${y}`, a: pixelOf(one, x, header), b: pixelOf(other, x, header) }
  }
}

/** Rows of samples from the top, unfiltered. Throws what inflating throws, and ends early where data is missing. */
async function* rowsOf(content: Content, png: Png): AsyncGenerator<Buffer, undefined> {
  const pixelBits = (SAMPLES[png.colour] ?? 1) * png.depth
  const length = Math.ceil((png.width * pixelBits) / 8) + 1
  const inflate = pipeline(Readable.from(dataOf(content, png.data)), createInflate({ chunkSize: CHUNK }), noop)
  let before: Buffer = Buffer.alloc(length - 1)
  let rest: Buffer = Buffer.alloc(0)
  try {
    for await (const piece of inflate as AsyncIterable<Buffer>) {
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
      let at = 0
      for (; at + length <= bytes.length; at += length) {
        before = unfilter(bytes.subarray(at, at + length), before, Math.max(1, pixelBits >> 3))
        yield before
      }
      rest = Buffer.from(bytes.subarray(at))
    }
  } finally {
    inflate.destroy()
  }
  return undefined
}

/** What goes wrong is thrown to who reads. */
const noop = () => undefined

async function* dataOf(content: Content, ranges: readonly Range[]): AsyncGenerator<Buffer> {
  for (const { start, end } of ranges) {
    for (let at = start; at < end; at += CHUNK) yield await content.read(at, Math.min(end, at + CHUNK))
  }
}

/** Undefined where it is no PNG, or none that is read here. */
async function readPng(content: Content): Promise<Png | undefined> {
  const head = await content.read(0, 33)
  if (head.length < 33 || !head.subarray(0, 8).equals(PNG_SIGNATURE) || head.toString('latin1', 12, 16) !== 'IHDR') {
    return undefined
  }
  const [width, height] = [head.readUInt32BE(16), head.readUInt32BE(20)]
  const [depth = 0, colour = 0, , , interlace = 0] = head.subarray(24, 29)
  const rowBytes = (width * (SAMPLES[colour] ?? 0) * depth) / 8
  if (rowBytes === 0 || rowBytes > LONGEST_ROW || height === 0 || width * height > MOST_PIXELS) return undefined
  if (![1, 2, 4, 8, 16].includes(depth)) return undefined
  const chunks = await readChunks(content)
  return chunks === undefined ? undefined : { width, height, depth, colour, isInterlaced: interlace !== 0, ...chunks }
}

async function readChunks(content: Content): Promise<Pick<Png, 'palette' | 'transparency' | 'data'> | undefined> {
  const data: Range[] = []
  let [palette, transparency]: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)]
  let start = 8
  for (let count = 0; count < MOST_CHUNKS; count += 1) {
    const head = await content.read(start, start + 8)
    if (head.length < 8) return undefined
    const type = head.toString('latin1', 4, 8)
    const range = { start: start + 8, end: start + 8 + head.readUInt32BE(0) }
    if (range.end > content.size) return undefined
    if (type === 'IEND') return data.length === 0 ? undefined : { palette, transparency, data }
    if (type === 'IDAT') data.push(range)
    if (type === 'PLTE') palette = await content.read(range.start, Math.min(range.end, range.start + 768))
    if (type === 'tRNS') transparency = await content.read(range.start, Math.min(range.end, range.start + 256))
    start = range.end + 4
  }
  return undefined
}

/** What zlib throws for data that is no deflate stream, or breaks off. */
function isDamage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}
