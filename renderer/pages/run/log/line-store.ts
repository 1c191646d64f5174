import type { LogPageView } from '#core/contract/run.ts'

/** A line as it is shown. */
export type LogLine = {
  /** Epoch ms. */
  readonly time: number
  readonly stream: 'stdout' | 'stderr'
  /** Read after a gap: its time is when it was read, not when it was written. */
  readonly late: boolean
  readonly text: string
  /** How many characters it had before it was cut; 0 where it was not. */
  readonly cutFrom: number
}
export type StreamFilter = 'all' | 'stdout' | 'stderr'

/** The lines of a log, outside of what React keeps. Lines are numbered from 0 and keep their number when older ones go. */
export type LineStore = {
  append(lines: LogPageView['lines']): void
  clear(): void
  /** Number of the first line that is kept. */
  first(): number
  /** How many lines of a filter are no longer kept. */
  gone(filter: StreamFilter): number
  /** One more than the number of the last line. */
  end(): number
  line(number: number): LogLine | undefined
  count(filter: StreamFilter): number
  /** Number of the line at a place among those of a filter. */
  numberAt(filter: StreamFilter, index: number): number
  /** Place of a line, or where it would be. */
  indexOf(filter: StreamFilter, number: number): number
  /** Grows with every change. */
  readonly version: () => number
  readonly subscribe: (listener: () => void) => () => void
}

/** Characters of a line that are kept. */
export const LINE_LIMIT = 4_000
/** What is kept at most; then older lines go, a tenth at once. */
export const STORE_LIMIT = { lines: 300_000, characters: 64_000_000 } as const

type Limits = { readonly lines: number; readonly characters: number }

export function createLineStore(limits: Limits = STORE_LIMIT): LineStore {
  const listeners = new Set<() => void>()
  let lines: LogLine[] = []
  let byStream: Record<LogLine['stream'], number[]> = { stdout: [], stderr: [] }
  let first = 0
  let gone = { stdout: 0, stderr: 0 }
  let characters = 0
  let version = 0
  const changed = () => {
    version += 1
    for (const listener of listeners) listener()
  }
  const drop = () => {
    while (lines.length > limits.lines || (characters > limits.characters && lines.length > 1)) {
      const dropped = lines.splice(0, Math.max(1, Math.floor(lines.length / 10), lines.length - limits.lines))
      for (const line of dropped) {
        characters -= line.text.length
        gone[line.stream] += 1
      }
      first += dropped.length
      for (const numbers of Object.values(byStream)) numbers.splice(0, placeOf(numbers, first))
    }
  }
  return {
    append: (rows) => {
      for (const row of rows) {
        const line = lineOf(row)
        characters += line.text.length
        byStream[line.stream].push(first + lines.length)
        lines.push(line)
      }
      drop()
      changed()
    },
    clear: () => {
      lines = []
      byStream = { stdout: [], stderr: [] }
      first = 0
      gone = { stdout: 0, stderr: 0 }
      characters = 0
      changed()
    },
    first: () => first,
    gone: (filter) => (filter === 'all' ? first : gone[filter]),
    end: () => first + lines.length,
    line: (number) => lines[number - first],
    count: (filter) => (filter === 'all' ? lines.length : byStream[filter].length),
    numberAt: (filter, index) => (filter === 'all' ? first + index : (byStream[filter][index] ?? -1)),
    indexOf: (filter, number) => (filter === 'all' ? number - first : placeOf(byStream[filter], number)),
    version: () => version,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Where a number is in an ascending list, or would be. */
export function placeOf(numbers: readonly number[], wanted: number): number {
  let [low, high] = [0, numbers.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((numbers[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  return low
}

function lineOf(row: LogPageView['lines'][number]): LogLine {
  const text = lastState(row.text)
  const isCut = text.length > LINE_LIMIT
  return {
    time: Date.parse(row.time),
    stream: row.stream,
    late: row.late,
    text: isCut ? detached(text.slice(0, LINE_LIMIT)) : text,
    cutFrom: isCut ? text.length : 0,
  }
}

/** What a terminal shows of a line that was written over again and again, such as a bar of progress. */
function lastState(text: string): string {
  if (!text.includes('\r')) return text
  const shown = text.replace(/\r+$/, '')
  return shown.slice(shown.lastIndexOf('\r') + 1)
}

/** A slice holds on to the whole text that it is of; this copy does not. */
function detached(text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text))
}
