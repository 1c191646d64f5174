import type { RunnerEnd } from '#core/attempts/index.ts'

const NEWLINE = 0x0a

type Line = {
  readonly kind: 'line'
  readonly time: number
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
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
  | { readonly kind: 'end'; readonly time: number; readonly end: RunnerEnd }

/** Cuts what a runner printed into records, however it comes in pieces. The last one counts once its newline is there. */
export class RecordReader {
  #rest: Buffer[] = []
  /** Beginnings of lines whose end did not come yet. */
  readonly #begun = { stdout: '', stderr: '' };

  /** The records that end in this piece. A line that is none was written past the runner, and counts as stdout. */
  *push(piece: Buffer): Generator<RunnerRecord> {
    let start = 0
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      const tail = piece.subarray(start, end)
      const line = this.#rest.length === 0 ? tail : Buffer.concat([...this.#rest.splice(0), tail])
      const record = readRecord(line)
      if (record.kind === 'piece') this.#begun[record.stream] += record.text
      else yield record.kind === 'line' ? this.#whole(record) : record
      start = end + 1
    }
    if (start < piece.length) this.#rest.push(piece.subarray(start))
  }

  #whole(line: Line): Line {
    const text = this.#begun[line.stream] + line.text
    this.#begun[line.stream] = ''
    return { ...line, text }
  }
}

/** Engines cut what is longer than 16 KiB, and spoil a character there: so runners print long lines in pieces. */
type Piece = { readonly kind: 'piece'; readonly stream: 'stdout' | 'stderr'; readonly text: string }

function readRecord(line: Buffer): RunnerRecord | Piece {
  const space = line.indexOf(0x20)
  const head = space < 0 ? line.toString('latin1') : line.toString('latin1', 0, space)
  const rest = space < 0 ? '' : line.toString('utf8', space + 1)
  const match = HEAD.exec(head)
  return (match === null ? undefined : readAs(match[1] ?? '', Number(match[2]), rest)) ?? strayLine(line)
}

/** `<kind><time in epoch ms>` */
const HEAD = /^([oOeEsux])(\d{1,15}(?:\.\d+)?)$/

function readAs(kind: string, time: number, rest: string): RunnerRecord | Piece | undefined {
  switch (kind) {
    case 'o':
      return { kind: 'line', time, stream: 'stdout', text: rest }
    case 'e':
      return { kind: 'line', time, stream: 'stderr', text: rest }
    case 'O':
      return { kind: 'piece', stream: 'stdout', text: rest }
    case 'E':
      return { kind: 'piece', stream: 'stderr', text: rest }
    case 's':
      return { kind: 'started', time }
    case 'u': {
      const [cpuSeconds = null, memoryBytes = null] = (parseJson(rest) ?? []) as (number | null)[]
      return { kind: 'sample', time, cpuSeconds, memoryBytes }
    }
    default: {
      const end = parseJson(rest)
      return end === undefined ? undefined : { kind: 'end', time, end: end as RunnerEnd }
    }
  }
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
  return { kind: 'line', time: Date.now(), stream: 'stdout', text: line.toString('utf8', 0, MOST_LINE_BYTES) }
}

const MOST_LINE_BYTES = 64 * 2 ** 10
