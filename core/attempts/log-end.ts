import { open } from 'node:fs/promises'
import { systemCode } from '#core/files/index.ts'
import { logPath, readPage } from './log-file.ts'

const NEWLINE = 0x0a
const CHUNK_BYTES = 2 ** 20
/** Lines of a longer log are not counted. */
const MOST_COUNTED_BYTES = 256 * 2 ** 20

/** A line of a log. `number` counts from 1; null where the log is too long to be counted. */
export type NumberedLine = { readonly number: number | null; readonly text: string }

/** The last lines of the merged log of an attempt that has ended, about `maxBytes` of it; none where there is no log. */
export async function readLogEnd(folder: string, maxBytes: number): Promise<NumberedLine[]> {
  const { lines, next } = readPage(folder, -maxBytes, maxBytes)
  const total = await countLines(folder, next)
  const first = total === null ? null : total - lines.length + 1
  return lines.map(({ text }, at) => ({ number: first === null ? null : first + at, text }))
}

/** Lines up to a byte of the log, counted a piece at a time, so that other work gets its turn. */
async function countLines(folder: string, end: number): Promise<number | null> {
  if (end > MOST_COUNTED_BYTES) return null
  const file = await open(logPath(folder), 'r').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (file === undefined) return 0
  try {
    const bytes = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, end)))
    let count = 0
    for (let from = 0; from < end;) {
      const { bytesRead } = await file.read(bytes, 0, Math.min(bytes.length, end - from), from)
      if (bytesRead === 0) break
      count += newlinesIn(bytes.subarray(0, bytesRead))
      from += bytesRead
    }
    return count
  } finally {
    await file.close()
  }
}

function newlinesIn(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1
  return count
}
