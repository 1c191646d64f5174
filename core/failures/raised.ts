import type { EvidenceLine } from './evidence.ts'

/** A place in a program: `inside` is the function, empty where there is none. */
export type Frame = { readonly file: string; readonly line: number; readonly inside: string; readonly source: string }

/** An exception as Python prints it. */
export type Raised = {
  /** Such as `KeyError`, with its module where it is not built in. */
  readonly type: string
  /** Its first line. */
  readonly message: string
  /** The line that names it, lines of its message below, and those that name what it came from. */
  readonly lines: readonly EvidenceLine[]
  /** Those of them that are of no type that programs raise about their own data. */
  readonly answered: readonly EvidenceLine[]
  /** From the outermost to where it was raised. */
  readonly frames: readonly Frame[]
  /** Places of its first line, and of the last line of it or of what only tells of it, among those that were looked at. */
  readonly start: number
  readonly end: number
  /** Whether next to nothing was printed after it. */
  readonly isLast: boolean
}

const HEADER = 'Traceback (most recent call last):'
const FRAME = /^\s+File "([^"]{1,1000})", line (\d{1,9})(?:, in (.{1,300}))?$/
const EXCEPTION = /^([A-Za-z_][\w.]{0,199})(?::(?: (.*))?)?$/
/** Python refuses a whole file before there is anything to trace back. */
const REFUSED = /^(?:SyntaxError|IndentationError|TabError)\b/
const CAUSED = 'The above exception was the direct cause of the following exception:'
/** A program that went on printing after an exception has caught it. */
const LINES_AFTER = 30
/** Python and its packages say a few words when they end. */
const LAST_WORDS = 5
/** What a program prints between the end of a part of it and what it says of that end. */
const LINES_BETWEEN = 100
const MESSAGE_LINES = 8
const MOST_FRAMES = 2_000
/** Exceptions that say that something else failed, which mostly said why before. */
const WRAPPERS =
  /(?:^|\.)(?:CalledProcessError|ChildFailedError|ProcessExitedException|ProcessRaisedException|BrokenProcessPool|TerminatedWorkerError|SystemExit)$/
/** Exceptions that quote what a program compares, reads or looks up. */
const OF_DATA = /^(?:AssertionError|ValueError|KeyError|IndexError|TypeError|AttributeError|NameError)$/

/** Whether an exception only tells that another program, or part of it, failed. */
export function isWrapper({ type }: Pick<Raised, 'type'>): boolean {
  return WRAPPERS.test(type)
}

/** The exception that ended a program: the last in its log, or the one before where that only tells of another's end. */
export function findRaised(lines: readonly EvidenceLine[]): Raised | undefined {
  const all = blocksOf(lines)
  const last = all.at(-1)
  const after = last === undefined ? 0 : spokenAfter(lines, last.end)
  if (last === undefined || after > LINES_AFTER) return undefined
  const own = all.findLast((block) => !isWrapper(block) && last.start - block.end <= LINES_BETWEEN)
  return { ...(own ?? last), end: last.end, isLast: after <= LAST_WORDS }
}

function spokenAfter(lines: readonly EvidenceLine[], end: number): number {
  return lines.slice(end + 1).filter(({ text }) => text.trim() !== '').length
}

type Block = Omit<Raised, 'isLast'>

function blocksOf(lines: readonly EvidenceLine[]): Block[] {
  const found: Block[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const text = lines[at]?.text ?? ''
    const block = text.endsWith(HEADER)
      ? readBlock(lines, at, found.at(-1))
      : REFUSED.test(text)
        ? refused(lines, at)
        : undefined
    if (block === undefined) continue
    found.push(block)
    at = block.end
  }
  return found
}

/** From its header on; what is written before each of its lines, such as `[rank0]: `, is left out. */
function readBlock(lines: readonly EvidenceLine[], start: number, before: Block | undefined): Block | undefined {
  const prefix = prefixOf(lines, start)
  const frames: Frame[] = []
  for (let at = start + 1; at < Math.min(lines.length, start + MOST_FRAMES); at += 1) {
    const text = bare(lines, at, prefix)
    if (text.endsWith(HEADER)) return undefined
    const frame = frameOf(text, bare(lines, at + 1, prefix))
    if (frame !== undefined) frames.push(frame)
    if (text === '' || /^\s/.test(text)) continue
    const named = EXCEPTION.exec(text)
    if (named === null) return undefined
    const [, type = '', message = ''] = named
    const cause = before !== undefined && isCauseOf(lines, before.end, start) ? before : undefined
    return { type, message, frames, start, end: at, ...linesOf(type, messageAt(lines, at, prefix), cause) }
  }
  return undefined
}

type BlockLines = Pick<Block, 'lines' | 'answered'>

function linesOf(type: string, own: readonly EvidenceLine[], cause?: Block): BlockLines {
  const { lines = [], answered = [] } = cause ?? {}
  return { lines: [...own, ...lines], answered: [...(OF_DATA.test(type) ? [] : own), ...answered] }
}

function prefixOf(lines: readonly EvidenceLine[], start: number): string {
  const text = lines[start]?.text ?? ''
  const prefix = text.slice(0, text.length - HEADER.length)
  return lines[start + 1]?.text.startsWith(prefix) === true ? prefix : ''
}

function bare(lines: readonly EvidenceLine[], at: number, prefix: string): string {
  const text = lines[at]?.text ?? ''
  return text.startsWith(prefix) ? text.slice(prefix.length) : text
}

function frameOf(text: string, next: string): Frame | undefined {
  const match = FRAME.exec(text)
  if (match === null) return undefined
  const [, file = '', line = '0', inside = ''] = match
  return { file, line: Number(line), inside, source: FRAME.test(next) ? '' : next.trim() }
}

function isCauseOf(lines: readonly EvidenceLine[], end: number, start: number): boolean {
  return lines.slice(end + 1, start).some(({ text }) => text.includes(CAUSED))
}

/** What follows belongs to the message up to an empty line. */
function messageAt(lines: readonly EvidenceLine[], at: number, prefix: string): EvidenceLine[] {
  const message: EvidenceLine[] = []
  for (let next = at; next < Math.min(lines.length, at + MESSAGE_LINES); next += 1) {
    const text = bare(lines, next, prefix)
    if (text.trim() === '' || text.endsWith(HEADER)) break
    const { number = null, stream = 'stderr' } = lines[next] ?? {}
    message.push({ number, stream, text })
  }
  return message
}

/** Other languages have errors of that name: it is Python's where the file and the line stand above. */
function refused(lines: readonly EvidenceLine[], at: number): Block | undefined {
  const [, type = '', message = ''] = EXCEPTION.exec(lines[at]?.text ?? '') ?? []
  const start = Math.max(0, at - 4)
  const frames = lines.slice(start, at).flatMap(({ text }, place) => {
    return frameOf(text, lines[start + place + 1]?.text ?? '') ?? []
  })
  if (frames.length === 0) return undefined
  return { type, message, frames, start, end: at, ...linesOf(type, messageAt(lines, at, '')) }
}
