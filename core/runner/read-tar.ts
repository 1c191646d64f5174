import { isUtf8 } from 'node:buffer'
import type { ByteSource } from './byte-source.ts'

const BLOCK = 512
/** No path or target is longer. */
const MOST_PAX_BYTES = 65_536

/** What lies in an archive of code. */
export type TarEntry =
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  /** Its bytes can be read once, before the next entry is asked for. */
  | {
      readonly kind: 'file'
      readonly path: string
      readonly executable: boolean
      readonly bytes: AsyncIterable<Buffer>
    }

/**
 * The entries of a tar as core/pipelines/archive.ts makes it: files and links, in the format of POSIX with its extended
 * headers for long and foreign names. Throws an Error for everything else, and where it is cut off.
 */
export async function* readTar(source: ByteSource): AsyncGenerator<TarEntry> {
  for (let pax: Pax = {}; ;) {
    const header = await source.take(BLOCK)
    if (header.every((byte) => byte === 0)) return checkEnd(source)
    checkSum(header)
    const [size, type] = [number(header, 124, 12), text(header, 156, 1)]
    if (type === 'x') {
      pax = await readPax(source, size)
      continue
    }
    const path = pax.path ?? pathOf(header)
    const rest: Rest = { left: size }
    if (type === '2' && size === 0) yield { kind: 'link', path, target: pax.linkpath ?? text(header, 157, 100) }
    else if (type === '0' || type === '') {
      const executable = (number(header, 100, 8) & 0o100) !== 0
      yield { kind: 'file', path, executable, bytes: content(source, rest) }
    } else throw new Error(`it holds what is no file and no link: ${path}`)
    while (rest.left > 0) rest.left -= (await source.some(rest.left)).length
    await source.take(padding(size))
    pax = {}
  }
}

/** How much of an entry nobody has read yet. */
type Rest = { left: number }

async function* content(source: ByteSource, rest: Rest): AsyncGenerator<Buffer> {
  while (rest.left > 0) {
    const bytes = await source.some(rest.left)
    rest.left -= bytes.length
    yield bytes
  }
}

/** Two empty blocks end an archive, and nothing follows them. */
async function checkEnd(source: ByteSource): Promise<void> {
  const last = await source.take(BLOCK)
  if (last.some((byte) => byte !== 0) || !(await source.isOver())) throw new Error('it goes on after its end')
}

type Pax = { readonly path?: string; readonly linkpath?: string }

/** Records `<length> <key>=<value>\n`, the length that of the whole record. */
async function readPax(source: ByteSource, size: number): Promise<Pax> {
  if (size > MOST_PAX_BYTES) throw new Error('it has a header of more than 64 KiB')
  const bytes = await source.take(size)
  await source.take(padding(size))
  const values: Record<string, string> = {}
  for (let start = 0; start < size;) {
    const space = bytes.indexOf(' ', start)
    const length = Number(bytes.toString('latin1', start, space))
    const equals = bytes.indexOf('=', space)
    const end = start + length
    if (space < 0 || equals < 0 || equals >= end || end > size || bytes[end - 1] !== NEWLINE) throw malformed()
    const key = bytes.toString('latin1', space + 1, equals)
    if (key !== 'path' && key !== 'linkpath') throw new Error(`it has a header that is not known here: ${key}`)
    values[key] = utf8(bytes.subarray(equals + 1, end - 1))
    start = end
  }
  return values
}

const NEWLINE = 0x0a

function malformed(): Error {
  return new Error('it has a malformed header')
}

function pathOf(header: Buffer): string {
  const prefix = text(header, 345, 155)
  return prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`
}

/** The sum of all bytes of the header, its own field read as spaces. */
function checkSum(header: Buffer): void {
  let sum = 8 * 0x20
  for (const [at, byte] of header.entries()) if (at < 148 || at >= 156) sum += byte
  if (sum !== number(header, 148, 8) || header.toString('latin1', 257, 262) !== 'ustar') throw malformed()
}

function text(header: Buffer, start: number, length: number): string {
  const end = header.indexOf(0, start)
  return utf8(header.subarray(start, end < 0 ? start + length : Math.min(end, start + length)))
}

function utf8(bytes: Buffer): string {
  if (!isUtf8(bytes) || bytes.includes(0)) throw malformed()
  return bytes.toString()
}

/** Octal digits; or from 8 GiB on the last 8 bytes of the field, the first bit of it set. */
function number(header: Buffer, start: number, length: number): number {
  if (header[start] === 0x80) {
    const value = Number(header.readBigUInt64BE(start + length - 8))
    if (Number.isSafeInteger(value)) return value
  }
  const digits = header.toString('latin1', start, start + length).replace(/[ \0]+$/, '')
  if (!/^[0-7]+$/.test(digits)) throw malformed()
  return Number.parseInt(digits, 8)
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}
