import type { Grammar } from './grammar.ts'

/** A string or a comment within a text. Docstrings are comments. `end` is behind its last character. */
export type Piece = {
  readonly kind: 'string' | 'comment'
  readonly start: number
  readonly end: number
  /** A backslash in it means itself. */
  readonly isRaw: boolean
  /** What stands in its braces is code, as in an f-string of Python. */
  readonly hasCode: boolean
}

type Scan = {
  readonly text: string
  readonly grammar: Grammar
  readonly pieces: Piece[]
  depth: number
  /** Where each word stands alone on a line for the last time; made for the first here-document. */
  lastLines: ReadonlyMap<string, number> | undefined
}

/** The strings and comments of a text, in their order. Never throws; where a text is not of its language it guesses. */
export function piecesOf(text: string, grammar: Grammar): Piece[] {
  const scan: Scan = { text, grammar, pieces: [], depth: 0, lastLines: undefined }
  const stop = new RegExp(grammar.stop.source, 'g')
  for (let found = stop.exec(text); found !== null; found = stop.exec(text)) {
    // Each look goes on behind what it saw, so that it ends.
    stop.lastIndex = Math.max(found.index + 1, lookAt(scan, found.index))
  }
  return scan.pieces
}

/** Notes what begins at an offset, and answers where to go on. */
function lookAt(scan: Scan, at: number): number {
  const { text, grammar } = scan
  const char = text.charAt(at)
  if (grammar.quotes.includes(char)) return isApostrophe(scan, at) ? at + 1 : addString(scan, at, char)
  if (char === '#') return grammar.atWord && !/[\s;&|(]/.test(text.charAt(at - 1) || ' ') ? at + 1 : addLine(scan, at)
  if (char === '/') return addSlash(scan, at)
  if (char === '\\') return at + 2
  if (char === '<') return addHeredoc(scan, at)
  scan.depth = Math.max(0, scan.depth + ('([{'.includes(char) ? 1 : -1))
  return at + 1
}

/** Of settings a quote within a word is one of its letters: `don't`. */
function isApostrophe({ text, grammar }: Scan, at: number): boolean {
  return grammar.name === 'config' && /\w/.test(text.charAt(at - 1))
}

function addString(scan: Scan, at: number, quote: string): number {
  const { text, grammar, pieces } = scan
  const isTriple = grammar.name === 'python' && text.startsWith(quote.repeat(3), at)
  const prefix =
    grammar.name === 'python' ? (/[rbfut]{1,2}$/i.exec(text.slice(Math.max(0, at - 2), at))?.[0] ?? '') : ''
  const isRaw = grammar.verbatim.includes(quote) || /r/i.test(prefix)
  const marks = isTriple ? quote.repeat(3) : quote
  const isLong = isTriple || grammar.manyLines.includes(quote)
  const end = endOfString(text, at + marks.length, { marks, isLong, escapes: !grammar.verbatim.includes(quote) })
  const isDocstring = grammar.name === 'python' && scan.depth === 0 && isStatement(text, at - prefix.length, end)
  pieces.push({ kind: isDocstring ? 'comment' : 'string', start: at, end, isRaw, hasCode: /[ft]/i.test(prefix) })
  return end
}

type Ending = { readonly marks: string; readonly isLong: boolean; readonly escapes: boolean }

/** Where a string ends: behind its quote, or where its line or the text does. */
function endOfString(text: string, from: number, { marks, isLong, escapes }: Ending): number {
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (char === '\\' && escapes) at += 1
    else if (char === '\n' && !isLong) return at
    else if (text.startsWith(marks, at)) return at + marks.length
  }
  return text.length
}

const LONGEST_INDENT = 200

/** Whether a string stands alone on its lines, as documentation does. */
function isStatement(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - LONGEST_INDENT), start).trimEnd()
  const between = text.slice(Math.max(0, start - LONGEST_INDENT), start).slice(before.length)
  if ((before !== '' && !between.includes('\n')) || before.endsWith('\\')) return false
  return /^[ \t;]*(?:#|\r?\n|$)/.test(text.slice(end, end + 200))
}

function addLine({ text, pieces }: Scan, at: number): number {
  const newline = text.indexOf('\n', at)
  const end = newline === -1 ? text.length : newline
  pieces.push({ kind: 'comment', start: at, end, isRaw: false, hasCode: false })
  return end
}

/** A comment, a regular expression, or a division. */
function addSlash(scan: Scan, at: number): number {
  const { text, pieces } = scan
  if (text.startsWith('//', at)) return addLine(scan, at)
  if (text.startsWith('/*', at)) {
    const close = text.indexOf('*/', at + 2)
    const end = close === -1 ? text.length : close + 2
    pieces.push({ kind: 'comment', start: at, end, isRaw: false, hasCode: false })
    return end
  }
  const before = text.slice(Math.max(0, at - 20), at).trimEnd()
  if (!/(?:^|[(,=:[!&|?{};>]|\breturn)$/.test(before)) return at + 1
  const expression = /^\/(?:[^\\/[\n]|\\.|\[(?:[^\\\]\n]|\\.)*\])+\//.exec(text.slice(at, at + 500))
  return at + (expression?.[0].length ?? 1)
}

/** A here-document is a string; one with a quoted end is raw, and nothing in it is expanded. */
function addHeredoc(scan: Scan, at: number): number {
  const { text, pieces } = scan
  if (text.startsWith('<<<', at)) return at + 3
  const found = /^<<-?[ \t]*(?:'(\w+)'|"(\w+)"|(\w+))[^\n]*\n/.exec(text.slice(at, at + 200))
  if (found === null) return at + 1
  const [head, single, double, bare] = found
  const start = at + head.length
  const end = endOfHeredoc(scan, start, single ?? double ?? bare ?? '')
  // Without its end it may be a shift in arithmetic.
  if (bare !== undefined && end === undefined) return at + 2
  const close = end ?? text.length
  if (close > start) pieces.push({ kind: 'string', start, end: close, isRaw: bare === undefined, hasCode: false })
  return close
}

/** Where the line with the end of a here-document begins; the text is looked through only where there is one. */
function endOfHeredoc(scan: Scan, from: number, word: string): number | undefined {
  scan.lastLines ??= new Map(
    [...scan.text.matchAll(/^[ \t]*(\w+)[ \t]*\r?$/gm)].map(({ 1: line = '', index }) => [line, index]),
  )
  if ((scan.lastLines.get(word) ?? -1) < from) return undefined
  const close = new RegExp(`^[ \\t]*${word}[ \\t]*\\r?$`, 'gm')
  close.lastIndex = from
  return close.exec(scan.text)?.index
}

/** The piece that an offset is in; undefined in code. */
export function pieceAt(pieces: readonly Piece[], offset: number): Piece | undefined {
  let [low, high] = [0, pieces.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const piece = pieces[middle]
    if (piece === undefined) return undefined
    if (offset < piece.start) high = middle - 1
    else if (offset >= piece.end) low = middle + 1
    else return piece
  }
  return undefined
}

function blank(text: string): string {
  return text.includes('\n') ? text.replaceAll(/[^\n]+/g, (line) => ' '.repeat(line.length)) : ' '.repeat(text.length)
}

/** The text with its comments blank, all else where it was. */
export function withoutComments(text: string, pieces: readonly Piece[]): string {
  let [readable, at] = ['', 0]
  for (const { kind, start, end } of pieces) {
    if (kind !== 'comment') continue
    readable += text.slice(at, start) + blank(text.slice(start, end))
    at = end
  }
  return readable + text.slice(at)
}
