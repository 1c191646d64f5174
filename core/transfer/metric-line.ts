import { StringDecoder } from 'node:string_decoder'
import { readPieces } from './source-files.ts'

/** A line of a metric's file in an mlruns folder: `TIME VALUE [STEP] [RUN] [DATASET DIGEST]`. */
export type MetricLine = {
  readonly time: number
  readonly value: number
  readonly step: number
  /** What follows, between spaces. */
  readonly rest: readonly string[]
}

const LONGEST = 65_536

/** Reads a line; undefined for what is none. Without a step, as the oldest versions wrote, it is 0. */
export function parseMetricLine(line: string): MetricLine | undefined {
  const [time = '', value = '', step = '0', ...rest] = line.trim().split(' ')
  const number = numberOf(value)
  if (!/^\d{1,16}$/.test(time) || !/^-?\d{1,16}$/.test(step) || number === undefined) return undefined
  return { time: Number(time), value: number, step: Number(step), rest }
}

const WORDS: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
}

/** A number as Python writes it. */
function numberOf(text: string): number | undefined {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text)
  const [, sign = '', word = ''] = /^([+-]?)([a-z]+)$/i.exec(text) ?? []
  const found = WORDS[word.toLowerCase()]
  return found === undefined ? undefined : sign === '-' ? -found : found
}

/** The lines of a file. The last one is left out where it has no end: MLflow is about to write the rest of it. */
export function* linesOf(path: string): Generator<string> {
  const decoder = new StringDecoder('utf8')
  let open = ''
  for (const piece of readPieces(path)) {
    const lines = (open + decoder.write(piece)).split('\n')
    open = lines.pop() ?? ''
    if (open.length > LONGEST) throw new Error(`a line has more than ${LONGEST} characters`)
    yield* lines
  }
}
