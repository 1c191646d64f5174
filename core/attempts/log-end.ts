import { open, type FileHandle } from 'node:fs/promises'
import { systemCode } from '#core/files/index.ts'
import { logPath } from './log-file.ts'
import type { LogLine } from './log-line.ts'

const NEWLINE = 0x0a
const CHUNK_BYTES = 2 ** 20
/** Of a longer log only so much of its end is looked at, and its lines are not numbered. */
const MOST_BYTES = 256 * 2 ** 20
/** What is kept of each stream at most. */
const KEPT_LINES = 2_000
const KEPT_BYTES = 512 * 2 ** 10
const STDERR = Buffer.from(',"stream":"stderr"')

/** A line of a log. `number` counts from 1; null where the log is too long to be counted. */
export type NumberedLine = Pick<LogLine, 'stream' | 'text'> & { readonly number: number | null }

/** Where a line lies in the file. */
type Place = { readonly start: number; readonly end: number; readonly number: number }

/**
 * The last lines of each stream of the merged log of an attempt that has ended, in the order of the log; none where there is
 * no log. What was written to one stream may stand long before the end of what was written to the other at the same time.
 */
export async function readLogEnd(folder: string): Promise<NumberedLine[]> {
  const file = await open(logPath(folder), 'r').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (file === undefined) return []
  try {
    const { size } = await file.stat()
    const from = Math.max(0, size - MOST_BYTES)
    const lines: NumberedLine[] = []
    for await (const [number, { stream, text }] of readPlaces(file, await findPlaces(file, from)))
      lines.push({ number: from === 0 ? number : null, stream, text })
    return lines
  } finally {
    await file.close()
  }
}

/** The last lines of each stream, found in one walk, a piece at a time, so that other work gets its turn. */
async function findPlaces(file: FileHandle, from: number): Promise<Place[]> {
  const last = { stdout: openRing(), stderr: openRing() }
  const bytes = Buffer.allocUnsafe(CHUNK_BYTES)
  // A walk that does not begin with the log begins in a line.
  let isWhole = from === 0
  let number = 0
  for (let at = from; ;) {
    const { bytesRead } = await file.read(bytes, 0, CHUNK_BYTES, at)
    let start = 0
    for (let end = newlineIn(bytes, start, bytesRead); end >= 0; end = newlineIn(bytes, start, bytesRead)) {
      number += 1
      if (isWhole) last[isStderr(bytes, start) ? 'stderr' : 'stdout'].add({ start: at + start, end: at + end, number })
      isWhole = true
      start = end + 1
    }
    if (start === 0) break
    at += start
  }
  return [...last.stdout.places(), ...last.stderr.places()].toSorted((a, b) => a.start - b.start)
}

function newlineIn(bytes: Buffer, start: number, length: number): number {
  const at = bytes.indexOf(NEWLINE, start)
  return at < length ? at : -1
}

/** See `encodeLine`: the stream follows the time. */
function isStderr(bytes: Buffer, start: number): boolean {
  const comma = bytes.indexOf(STDERR[0] ?? 0, start)
  return bytes.compare(STDERR, 0, STDERR.length, comma, comma + STDERR.length) === 0
}

/** The last places of many, without keeping the others. */
function openRing() {
  const ring: Place[] = []
  let count = 0
  return {
    add(place: Place): void {
      ring[count % KEPT_LINES] = place
      count += 1
    },
    /** So many of the last as are of `KEPT_BYTES` together, at least one. */
    places(): Place[] {
      const found: Place[] = []
      let bytes = 0
      for (const place of ring.toSorted((a, b) => b.start - a.start)) {
        bytes += place.end - place.start
        if (bytes > KEPT_BYTES && found.length > 0) break
        found.push(place)
      }
      return found
    },
  }
}

/** Lines that follow one another are read at once. */
async function* readPlaces(file: FileHandle, places: readonly Place[]): AsyncGenerator<readonly [number, LogLine]> {
  for (let first = 0; first < places.length;) {
    let next = first + 1
    while (places[next]?.start === (places[next - 1]?.end ?? 0) + 1) next += 1
    const group = places.slice(first, next)
    const start = group[0]?.start ?? 0
    const bytes = Buffer.allocUnsafe((group.at(-1)?.end ?? start) - start)
    await file.read(bytes, 0, bytes.length, start)
    for (const place of group) {
      const text = bytes.toString('utf8', place.start - start, place.end - start)
      yield [place.number, JSON.parse(text) as LogLine]
    }
    first = next
  }
}
