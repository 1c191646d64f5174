import { open, type FileHandle } from 'node:fs/promises'

/** Bytes that are read a piece at a time. */
export type Content = {
  readonly size: number
  /** Bytes from `start` to before `end`, fewer where it ends before. Each call gives bytes of its own. */
  read(start: number, end: number): Promise<Buffer>
}

/** So many bytes are read at once. */
export const CHUNK = 64 * 1024

/** A file of this machine, open until it is disposed of. Throws what opening throws. */
export async function openContent(path: string): Promise<Content & AsyncDisposable> {
  const file = await open(path, 'r')
  const { size } = await file.stat()
  return {
    size,
    read: (start, end) => readRange(file, start, Math.min(end, size)),
    [Symbol.asyncDispose]: () => file.close(),
  }
}

async function readRange(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(Math.max(0, end - start))
  let length = 0
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, start + length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return bytes.subarray(0, length)
}

/** Bytes that are in memory. */
export function contentOf(bytes: Uint8Array): Content {
  const own = Buffer.from(bytes)
  return { size: own.length, read: (start, end) => Promise.resolve(Buffer.from(own.subarray(start, end))) }
}

/** A range of bytes: `end` is the first that is not in it. */
export type Range = { readonly start: number; readonly end: number }

/** A part of a content as a content. */
export function partOf(content: Content, { start, end }: Range): Content {
  const size = end - start
  return {
    size,
    read: (from, to) => content.read(start + from, start + Math.min(to, size)),
  }
}

/**
 * The number of the first byte in which two contents differ, which is the end of the shorter one where it is the beginning
 * of the other; undefined where they are equal. What they have in common is passed on meanwhile. Throws the signal's reason.
 */
export async function firstByte(
  { a, b }: Pair,
  { onCommon, signal }: { readonly onCommon?: (bytes: Buffer) => void; readonly signal?: AbortSignal | undefined } = {},
): Promise<number | undefined> {
  for (let at = 0; ; at += CHUNK) {
    signal?.throwIfAborted()
    const [one, other] = await Promise.all([a.read(at, at + CHUNK), b.read(at, at + CHUNK)])
    const common = one.equals(other) ? one.length : commonLength(one, other)
    onCommon?.(one.subarray(0, common))
    if (common < one.length || common < other.length) return at + common
    if (one.length < CHUNK) return undefined
  }
}

/** Two contents side by side. */
export type Pair = { readonly a: Content; readonly b: Content }

function commonLength(one: Buffer, other: Buffer): number {
  const most = Math.min(one.length, other.length)
  let length = 0
  while (length < most && one[length] === other[length]) length += 1
  return length
}
