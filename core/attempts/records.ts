import type { TrackingLine } from '#core/contract/tracking-line.ts'
import type { RunnerEnd } from './protocol.ts'
import { readTrackingLine } from './tracking.ts'

const NEWLINE = 0x0a

type Line = {
  readonly kind: 'line'
  readonly time: number
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
  /** It was written past the runner. */
  readonly isStray?: true
}

/** One record of the step runner, see core/attempts/protocol.ts. Lines that came in several records are whole again. */
export type RunnerRecord =
  | Line
  | { readonly kind: 'started'; readonly time: number }
  | {
      readonly kind: 'sample'
      readonly time: number
      readonly cpuSeconds: number | null
      readonly memoryBytes: number | null
    }
  /** Null: there is something that does not come by the log. */
  | { readonly kind: 'tracking'; readonly time: number; readonly line: TrackingLine | null }
  | { readonly kind: 'end'; readonly time: number; readonly end: RunnerEnd }

/** Cuts what a runner printed into records, however it comes in pieces. The last one counts once its newline is there. */
export class RecordReader {
  #rest: Buffer[] = []
  #restBytes = 0
  /** Beginnings of lines whose end did not come yet. */
  readonly #begun = { stdout: '', stderr: '' };

  /** The records that end in this piece. A line that is none was written past the runner, and counts as stdout. */
  *push(piece: Buffer): Generator<RunnerRecord> {
    for (let start = 0; start < piece.length;) {
      const newline = piece.indexOf(NEWLINE, start)
      const end = Math.min(newline < 0 ? piece.length : newline, start + MOST_RECORD_BYTES - this.#restBytes)
      const isWhole = end === newline
      if (isWhole || end < piece.length) {
        const line = this.#take(piece.subarray(start, end))
        yield* this.#joined(isWhole ? readRecord(line) : strayLine(line))
      } else this.#keep(piece.subarray(start, end))
      start = isWhole ? end + 1 : end
    }
  }

  #keep(bytes: Buffer): void {
    this.#rest.push(bytes)
    this.#restBytes += bytes.length
  }

  #take(tail: Buffer): Buffer {
    const line = this.#rest.length === 0 ? tail : Buffer.concat([...this.#rest, tail])
    this.#rest = []
    this.#restBytes = 0
    return line
  }

  /** Pieces of a line wait for its last one. */
  *#joined(record: RunnerRecord | Piece): Generator<RunnerRecord> {
    if (record.kind !== 'line' && record.kind !== 'piece') return yield record
    if ('isStray' in record) return yield record
    const { stream } = record
    const text = this.#begun[stream] + record.text
    const isWaiting = record.kind === 'piece' && text.length <= MOST_LINE_BYTES
    this.#begun[stream] = isWaiting ? text : ''
    if (!isWaiting) yield { kind: 'line', time: record.time, stream, text }
  }
}

/** Engines cut what is longer than 16 KiB, and spoil a character there: so runners print long lines in pieces. */
type Piece = Omit<Line, 'kind' | 'isStray'> & { readonly kind: 'piece' }

function readRecord(line: Buffer): RunnerRecord | Piece {
  const space = line.indexOf(0x20)
  const head = space < 0 ? line.toString('latin1') : line.toString('latin1', 0, space)
  const rest = space < 0 ? '' : line.toString('utf8', space + 1)
  const match = HEAD.exec(head)
  return (match === null ? undefined : readAs(match[1] ?? '', Number(match[2]), rest)) ?? strayLine(line)
}

/** `<kind><time in epoch ms>` */
const HEAD = /^([oOeEsutx])(\d{1,15}(?:\.\d+)?)$/

function readAs(kind: string, time: number, rest: string): RunnerRecord | Piece | undefined {
  switch (kind) {
    case 'o':
      return { kind: 'line', time, stream: 'stdout', text: rest }
    case 'e':
      return { kind: 'line', time, stream: 'stderr', text: rest }
    case 'O':
      return { kind: 'piece', time, stream: 'stdout', text: rest }
    case 'E':
      return { kind: 'piece', time, stream: 'stderr', text: rest }
    case 's':
      return { kind: 'started', time }
    case 'u': {
      const values = parseJson(rest)
      if (!Array.isArray(values) || !values.every(isNumberOrNull)) return undefined
      const [cpuSeconds = null, memoryBytes = null] = values
      return { kind: 'sample', time, cpuSeconds, memoryBytes }
    }
    case 't': {
      const line = rest === 'null' ? null : readTrackingLine(rest)
      return line === undefined ? undefined : { kind: 'tracking', time, line }
    }
    default: {
      const end = parseJson(rest)
      return isEnd(end) ? { kind: 'end', time, end } : undefined
    }
  }
}

/** A command can print what looks like a record; what later code relies on is looked at. */
function isEnd(value: object | undefined): value is RunnerEnd {
  if (value === undefined) return false
  const { exitCode, finishedAt, problem }: Readonly<Record<string, unknown>> = { ...value }
  if (!isNumberOrNull(exitCode) || typeof finishedAt !== 'number') return false
  if (typeof problem !== 'object' || problem === null) return problem === null
  return 'code' in problem && typeof problem.code === 'string' && 'message' in problem
}

function isNumberOrNull(value: unknown): value is number | null {
  return value === null || typeof value === 'number'
}

function parseJson(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    // no JSON, so no record
    return undefined
  }
}

/** A command can write to its container's own stdout (`/proc/1/fd/1`). */
function strayLine(line: Buffer): RunnerRecord {
  const text = line.toString('utf8', 0, MOST_LINE_BYTES)
  return { kind: 'line', time: Date.now(), stream: 'stdout', text, isStray: true }
}

const MOST_LINE_BYTES = 64 * 2 ** 10
/** No runner prints a longer record; a command that writes past it could fill the memory of the core. */
const MOST_RECORD_BYTES = 2 ** 20
