import { invalidClause, type Spot } from './fault.ts'
import type { Token } from './tokens.ts'
import type { Grammar } from './types.ts'

/** Where a parser stands, and how much it has met. */
export type Reader = {
  readonly tokens: readonly Token[]
  readonly grammar: Grammar
  at: number
  depth: number
  comparisons: number
}

const MOST_DEPTH = 40
const MOST_COMPARISONS = 100
const END: Token = { kind: 'end', text: '', at: 0 }

/** The token that comes, which is not taken. */
export function peek(reader: Reader): Token {
  return reader.tokens[reader.at] ?? END
}

export function take(reader: Reader): Token {
  const token = peek(reader)
  reader.at += 1
  return token
}

/** The keyword that a token is, in capitals; undefined for all else, and for what stands in quotes. */
export function keyword(token: Token): string | undefined {
  if (token.kind !== 'name' || token.fold !== undefined || token.parts.length !== 1) return undefined
  return token.parts[0]?.quote === undefined ? token.text.toUpperCase() : undefined
}

/** Takes the token that comes if it is this keyword or mark. */
export function takes(reader: Reader, word: string): boolean {
  const token = peek(reader)
  const found = keyword(token) === word || (token.kind === 'mark' && token.text === word)
  if (found) reader.at += 1
  return found
}

/** As `takes`, but nothing else may come. */
export function expect(reader: Reader, word: string): void {
  if (!takes(reader, word)) throw invalidClause(peek(reader), `${word} was expected`)
}

/** Parses what is nested one deeper; too deep is a fault, so that no stack can overflow. */
export function nested<Result>(reader: Reader, spot: Spot, parse: () => Result): Result {
  reader.depth += 1
  if (reader.depth > MOST_DEPTH)
    throw invalidClause(spot, `at most ${MOST_DEPTH} levels of parentheses and NOT can be read`)
  const result = parse()
  reader.depth -= 1
  return result
}

/** Counts a comparison; too many are a fault, since each costs a look at every row. */
export function countComparison(reader: Reader, spot: Spot): void {
  reader.comparisons += 1
  if (reader.comparisons <= MOST_COMPARISONS) return
  throw invalidClause(
    spot,
    `at most ${MOST_COMPARISONS} comparisons can be read; write IN for many values of one column`,
  )
}
