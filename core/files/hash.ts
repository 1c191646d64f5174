import { hash, createHash } from 'node:crypto'
import { closeSync, constants, createReadStream, fstatSync, openSync, readSync } from 'node:fs'

/** Files below this many bytes are read at one go, which is quicker than to wait for a thread. */
export const SMALL = 65_536

/** Lower-case hex sha256. */
export function hashBytes(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex')
}

export type OpenFile = {
  readonly descriptor: number
  readonly size: number
  readonly links: number
  /** Mode x for the owner. */
  readonly executable: boolean
}

/** Opens a regular file for reading; the caller closes it. A symbolic link, fifo or device is an Error, and never waited for. */
export function openRegular(path: string): OpenFile {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  const stat = fstatSync(descriptor)
  if (stat.isFile()) {
    return { descriptor, size: stat.size, links: stat.nlink, executable: (stat.mode & 0o100) !== 0 }
  }
  closeSync(descriptor)
  throw new Error(`${path} is not a regular file`)
}

/** All bytes of a small file; undefined where it is not small, or grows. */
export function readSmall({ descriptor, size }: OpenFile): Uint8Array | undefined {
  if (size >= SMALL) return undefined
  const bytes = Buffer.allocUnsafe(size + 1)
  for (let done = 0; done <= size;) {
    const read = readSync(descriptor, bytes, done, size + 1 - done, null)
    if (read === 0) return bytes.subarray(0, done)
    done += read
  }
  return undefined
}

/** sha256 and size of a regular file, a large one read in pieces. */
export async function hashFile(path: string): Promise<{ sha256: string; size: number }> {
  const file = openRegular(path)
  const small = readSmall(file)
  if (small === undefined) return hashLarge(path, file)
  closeSync(file.descriptor)
  return { sha256: hashBytes(small), size: small.length }
}

async function hashLarge(path: string, { descriptor }: OpenFile): Promise<{ sha256: string; size: number }> {
  const sum = createHash('sha256')
  let size = 0
  const stream: AsyncIterable<Buffer> = createReadStream(path, { fd: descriptor, start: 0, highWaterMark: 262_144 })
  for await (const bytes of stream) {
    sum.update(bytes)
    size += bytes.length
  }
  return { sha256: sum.digest('hex'), size }
}
