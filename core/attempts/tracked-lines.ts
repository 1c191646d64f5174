import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { TrackingLine } from '#core/contract/tracking-line.ts'
import { writeError } from '#core/files/index.ts'
import { keptArtifacts, MOST_TRACKING_BYTES, readTrackingLine } from './tracking.ts'

const NEWLINE = 0x0a

/** Where the lines that an attempt has tracked lie on this machine, as far as they are here. */
export function trackedPath(folder: string): string {
  return join(folder, 'tracking.jsonl')
}

/** The lines of one attempt, to add to them. Several may be open at once, in one process. */
export type TrackedLines = {
  /** Adds the line that follows the last one, and no other; null makes the file. Throws Problem `disk_full`. */
  take(line: TrackingLine | null): void
  close(): void
}

/** Opens the lines in the control folder of an attempt. Nothing is made before there is a line. */
export function openTrackedLines(folder: string): TrackedLines {
  let file: number | undefined
  let known = { size: -1, last: 0 }
  return {
    take(line) {
      try {
        file ??= openSync(trackedPath(folder), 'a+', 0o600)
        // another writer was here
        if (fstatSync(file).size !== known.size) known = recover(file)
        if (line === null || line.n !== known.last + 1) return
        known = { size: append(file, Buffer.from(`${JSON.stringify(line)}\n`)), last: line.n }
      } catch (error) {
        throw writeError(error, folder)
      }
    },
    close() {
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}

/** The number of the last line. What a killed core left of a half-written one is cut off. */
function recover(file: number): { readonly size: number; readonly last: number } {
  const { size } = fstatSync(file)
  // a line is longer here than it was, where it holds signs that are not ASCII, by less than its half
  const tail = Buffer.allocUnsafe(Math.min(size, 2 * MOST_TRACKING_BYTES))
  const bytes = tail.subarray(0, readSync(file, tail, 0, tail.length, size - tail.length))
  const end = bytes.lastIndexOf(NEWLINE) + 1
  if (end < bytes.length) ftruncateSync(file, size - bytes.length + end)
  const text = bytes.toString('utf8', end < 2 ? 0 : bytes.lastIndexOf(NEWLINE, end - 2) + 1, end)
  return { size: size - bytes.length + end, last: readTrackingLine(text)?.n ?? 0 }
}

/** The size of the file after it; what could be written only in part is taken back. */
function append(file: number, bytes: Uint8Array): number {
  const { size } = fstatSync(file)
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done)
    return size + bytes.length
  } catch (error) {
    ftruncateSync(file, size)
    throw error
  }
}

/**
 * Adds the lines of a runner that are not here yet, by the content of its TRACKING_FILES.lines; resolves to the number of
 * the last. Throws Problem `disk_full`, and what `bytes` throws.
 */
export async function addTrackedLines(folder: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  const tracked = openTrackedLines(folder)
  let last = 0
  try {
    for await (const text of textLines(bytes)) {
      const line = readTrackingLine(text)
      if (line === undefined) continue
      tracked.take(line)
      last = line.n
    }
    return last
  } finally {
    tracked.close()
  }
}

/**
 * Adds the lines of files, by the text of a runner's TRACKING_FILES.artifacts, behind the last of its other lines. The
 * files must be in the store by now. Throws Problem `disk_full`.
 */
export function addTrackedFiles(folder: string, text: string, last: number): void {
  const tracked = openTrackedLines(folder)
  try {
    for (const [index, artifact] of keptArtifacts(text).entries()) tracked.take({ n: last + 1 + index, ...artifact })
  } finally {
    tracked.close()
  }
}

/** Lines of ASCII; those that are longer than a runner writes are left out. */
async function* textLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  let isTooLong = false
  for await (const piece of bytes) {
    const [end = '', ...lines] = decoder.decode(piece, { stream: true }).split('\n')
    if (!isTooLong) rest += end
    isTooLong ||= rest.length > MOST_TRACKING_BYTES
    if (isTooLong) rest = ''
    const next = lines.pop()
    if (next === undefined) continue
    if (!isTooLong) yield rest
    yield* lines
    rest = next
    isTooLong = false
  }
}
