import type { ContentDifference } from '#core/contract/parity.ts'
import { firstByte, type Content, type Pair } from './content.ts'
import { difference, shown } from './shown.ts'

const NEWLINE = 0x0a
/** Of a line so much is shown before the difference, and so much from there on, in bytes. */
const BEFORE = 40
const AFTER = 160
/** In a longer line the column is counted in bytes. */
const LONGEST_LINE = 1024 * 1024

/** How two texts differ: the line, the column, and both lines from shortly before. Undefined where they are equal. */
export async function textDifference(pair: Pair, signal?: AbortSignal): Promise<ContentDifference | undefined> {
  const lines = countLines()
  const at = await firstByte(pair, { onCommon: lines.add, signal })
  if (at === undefined) return undefined
  const { line, start } = lines.end()
  const column = await columnOf(pair.a, start, at)
  const [a, b] = await Promise.all([excerpt(pair.a, start, at), excerpt(pair.b, start, at)])
  return difference({ format: 'text', place: `line ${line}, column ${column}`, a, b })
}

type Lines = { readonly add: (bytes: Buffer) => void; readonly end: () => { line: number; start: number } }

function countLines(): Lines {
  let [line, start, seen] = [1, 0, 0]
  return {
    add(bytes) {
      for (let i = bytes.indexOf(NEWLINE); i !== -1; i = bytes.indexOf(NEWLINE, i + 1)) {
        line += 1
        start = seen + i + 1
      }
      seen += bytes.length
    },
    end: () => ({ line, start }),
  }
}

/** Counted in characters, from 1: what begins before the difference counts as before it. */
async function columnOf(content: Content, start: number, at: number): Promise<number> {
  if (at - start > LONGEST_LINE) return at - start + 1
  const before = await content.read(start, at + 1)
  const isInside = isContinuation(before[at - start])
  const begun = before.subarray(0, at - start).filter((byte) => !isContinuation(byte)).length
  return isInside ? begun : begun + 1
}

/** The line from shortly before the difference on; null where the content ends there. */
async function excerpt(content: Content, lineStart: number, at: number): Promise<string | null> {
  if (at >= content.size) return null
  const start = Math.max(lineStart, at - BEFORE)
  const bytes = await content.read(start, at + AFTER)
  const rest = bytes.indexOf(NEWLINE, at - start)
  // A line that ends here differs in its end.
  const line = bytes.subarray(0, rest === -1 ? bytes.length : rest === at - start ? rest + 1 : rest)
  const whole = line.subarray(line.findIndex((byte) => !isContinuation(byte)))
  return `${start > lineStart ? '…' : ''}${shown(whole.toString('utf8'))}`
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >>> 6 === 0b10
}
