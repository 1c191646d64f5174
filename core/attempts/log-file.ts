import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { LogLine } from './log-line.ts'

const NEWLINE = 0x0a
const TAIL_BYTES = 64 * 2 ** 10

/** The two raw files of a part's folder, and the log that they are merged into. */
export const STREAMS = ['stdout', 'stderr'] as const

/** Beside a log of a pod that is here to its end. */
export const WHOLE_LOG = 'log.whole'

/** How far each of the two raw files has been merged, in bytes. */
export type Offsets = readonly [number, number]

/** Where the merged log of a part lies: one JSON object a line. */
export function logPath(folder: string): string {
  return join(folder, 'log.ndjson')
}

/** One line of the merged log. `read` tells a later core how far both raw files had been read. */
export function encodeLine(line: LogLine, read: Offsets): string {
  const late = line.late ? ',"late":true' : ''
  return `{"time":${line.time},"stream":"${line.stream}"${late},"read":[${read[0]},${read[1]}],"text":${JSON.stringify(line.text)}}\n`
}

/**
 * A piece of a merged log from a byte offset: whole lines, at least one where there is one. A negative offset counts
 * from the end, to the next line that begins there. `more` if others follow.
 */
export function readPage(
  folder: string,
  offset: number,
  maxBytes: number,
): { lines: LogLine[]; next: number; more: boolean } {
  const file = openIfThere(logPath(folder), 'r')
  if (file === undefined) return { lines: [], next: Math.max(0, offset), more: false }
  try {
    const from = offset < 0 ? lineStart(file, fstatSync(file).size + offset) : offset
    const rest = fstatSync(file).size - from
    let wanted = Math.min(rest, Math.max(1, maxBytes))
    while (wanted > 0) {
      const bytes = readAt(file, from, wanted)
      const end = bytes.lastIndexOf(NEWLINE) + 1
      if (end > 0) return { lines: parseLines(bytes.subarray(0, end)), next: from + end, more: end < rest }
      if (wanted === rest) break
      wanted = Math.min(rest, wanted * 2)
    }
    return { lines: [], next: from, more: false }
  } finally {
    closeSync(file)
  }
}

/** Where the first line begins at or after a position. */
function lineStart(file: number, position: number): number {
  for (let at = position - 1; at >= 0; at += TAIL_BYTES) {
    const bytes = readAt(file, at, TAIL_BYTES)
    const newline = bytes.indexOf(NEWLINE)
    if (newline >= 0) return at + newline + 1
    if (bytes.length < TAIL_BYTES) return at + bytes.length
  }
  return 0
}

/** How far the raw files are merged already. What a killed core left of a half-written last line is cut off. */
export function recoverOffsets(folder: string): Offsets {
  const file = openIfThere(logPath(folder), 'r+')
  if (file === undefined) return [0, 0]
  try {
    const { size } = fstatSync(file)
    for (let length = Math.min(size, TAIL_BYTES); length > 0; length = Math.min(size, length * 2)) {
      const tail = readAt(file, size - length, length)
      const end = tail.lastIndexOf(NEWLINE)
      const start = end < 1 ? -1 : tail.lastIndexOf(NEWLINE, end - 1)
      if (end >= 0 && (start >= 0 || length === size)) {
        ftruncateSync(file, size - length + end + 1)
        const last: { read: Offsets } = JSON.parse(tail.toString('utf8', start + 1, end))
        return last.read
      }
      if (length === size) break
    }
    ftruncateSync(file, 0)
    return [0, 0]
  } finally {
    closeSync(file)
  }
}

function parseLines(bytes: Buffer): LogLine[] {
  try {
    return bytes
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((text) => {
        const line: Omit<LogLine, 'late'> & { late?: true } = JSON.parse(text)
        return { time: line.time, stream: line.stream, late: line.late === true, text: line.text }
      })
  } catch (cause) {
    throw new Problem(
      'invalid_request',
      'the log offset is not the start of a line: take `next` of an earlier page, or 0',
      { cause },
    )
  }
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  return bytes.subarray(0, readSync(file, bytes, 0, length, position))
}

/** Opens a file; undefined where it does not exist. */
export function openIfThere(path: string, flags: string): number | undefined {
  try {
    return openSync(path, flags, 0o600)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
