import { invalidClause } from './fault.ts'

/** A part of an identifier between dots; `quote` where it was in quotes; a single one comes only after a dot. */
export type Part = { readonly text: string; readonly quote?: '`' | '"' | "'" }

type Placed = {
  /** As it was written. */
  readonly text: string
  /** Where it begins, from 0. */
  readonly at: number
}
export type NameToken = Placed & { readonly kind: 'name'; readonly parts: readonly Part[]; readonly fold?: string }
export type Token =
  | NameToken
  | (Placed & { readonly kind: 'text'; readonly value: string })
  | (Placed & { readonly kind: 'number'; readonly value: number })
  | (Placed & { readonly kind: 'operator' | 'mark' | 'end' })

type Found = { readonly token: Token; readonly end: number }

const SPACE = /\s+/y
const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const OPERATOR = /<=|>=|<>|!=|==|=|<|>/y
const FIRST = /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy
const LATER = /[\p{L}\p{M}\p{N}_\-/:]+/uy
const NAME_GOES_ON = /[\p{L}\p{N}_`"'.]/uy
const CHARACTER = /[^]/uy
const FOLD = /@[\p{L}\p{N}_]*/uy

/** The tokens of a filter, ended by one of kind `end`. Throws Problem `tracking_invalid` where no token can be read. */
export function tokenize(filter: string): readonly Token[] {
  const tokens: Token[] = []
  let at = skipSpace(filter, 0)
  while (at < filter.length) {
    const { token, end } = next(filter, at)
    tokens.push(token)
    at = skipSpace(filter, end)
  }
  return [...tokens, { kind: 'end', text: '', at: filter.length }]
}

function next(filter: string, at: number): Found {
  const first = filter.charAt(at)
  if (first === "'") {
    const { value, end } = quoted(filter, at)
    return { token: { kind: 'text', value, text: filter.slice(at, end), at }, end }
  }
  if ('(),'.includes(first)) return { token: { kind: 'mark', text: first, at }, end: at + 1 }
  const operator = match(OPERATOR, filter, at)
  if (operator !== undefined) return { token: { kind: 'operator', text: operator, at }, end: at + operator.length }
  return number(filter, at) ?? name(filter, at)
}

function number(filter: string, at: number): Found | undefined {
  const text = match(NUMBER, filter, at)
  if (text === undefined) return undefined
  const end = at + text.length
  if (match(NAME_GOES_ON, filter, end) !== undefined) {
    throw invalidClause({ text: filter.slice(at, end + 1), at }, 'a number ends before a letter; texts stand in quotes')
  }
  return { token: { kind: 'number', value: Number(text), text, at }, end }
}

function name(filter: string, at: number): Found {
  const parts: Part[] = []
  let end = at
  do {
    const part = partOf(filter, parts.length === 0 ? at : end + 1, parts.length === 0 ? FIRST : LATER)
    parts.push(part.part)
    end = part.end
  } while (filter.charAt(end) === '.')
  const fold = match(FOLD, filter, end)
  end += fold?.length ?? 0
  const text = filter.slice(at, end)
  return { token: { kind: 'name', parts, text, at, ...(fold === undefined ? {} : { fold: fold.slice(1) }) }, end }
}

function partOf(filter: string, at: number, bare: RegExp): { readonly part: Part; readonly end: number } {
  const quote = filter.charAt(at)
  if (quote === '`' || quote === '"' || quote === "'") {
    const { value, end } = quoted(filter, at)
    return { part: { text: value, quote }, end }
  }
  const text = match(bare, filter, at)
  if (text !== undefined) return { part: { text }, end: at + text.length }
  const expected = 'an identifier was expected; a key with special characters stands in backticks, as metrics.`my key`'
  throw invalidClause({ text: match(CHARACTER, filter, at) ?? '', at }, expected)
}

/** What stands between a quote and its end; the quote itself is written twice inside. */
function quoted(filter: string, at: number): { readonly value: string; readonly end: number } {
  const quote = filter.charAt(at)
  let value = ''
  for (let from = at + 1; ;) {
    const close = filter.indexOf(quote, from)
    if (close < 0) throw invalidClause({ text: filter.slice(at), at }, `the quote ${quote} is never closed`)
    value += filter.slice(from, close)
    if (filter.charAt(close + 1) !== quote) return { value, end: close + 1 }
    value += quote
    from = close + 2
  }
}

function match(pattern: RegExp, filter: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(filter)?.[0]
}

function skipSpace(filter: string, at: number): number {
  return at + (match(SPACE, filter, at)?.length ?? 0)
}
