import type { Problem } from '#core/base/problem.ts'
import { fault, invalidClause, refusal, shown } from './fault.ts'
import { literal, literals } from './literals.ts'
import { columnOf, nameOf } from './names.ts'
import { countComparison, expect, keyword, nested, peek, take, takes, type Reader } from './reader.ts'
import { tokenize, type Token } from './tokens.ts'
import type { Name, Node, Operator } from './tree.ts'
import type { Grammar } from './types.ts'

const MOST_BYTES = 64 * 1024
const OPERATORS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>='] satisfies Operator[])
const RESERVED: ReadonlySet<string> = new Set('AND OR NOT IN LIKE ILIKE IS NULL NAN BETWEEN'.split(' '))

/**
 * What a filter says; undefined where it is empty. Throws Problem `tracking_invalid` for what is not of the language, with
 * unknown identifiers; types are not looked at.
 */
export function parseFilter(filter: string, grammar: Grammar): Node | undefined {
  checkText(filter)
  const reader: Reader = { tokens: tokenize(filter), grammar, at: 0, depth: 0, comparisons: 0 }
  if (peek(reader).kind === 'end') return undefined
  const node = parseAny(reader)
  if (peek(reader).kind !== 'end') throw invalidClause(peek(reader), 'AND, OR or the end was expected')
  return node
}

/** Refuses what is too long to be read, or holds a NUL, which would end a text for SQLite. */
export function checkText(text: string): void {
  if (Buffer.byteLength(text) > MOST_BYTES) {
    const message = `Invalid clause(s) in filter string: it is longer than ${MOST_BYTES / 1024} KiB: ask for less at once`
    throw refusal(message)
  }
  const nul = text.indexOf('\0')
  if (nul >= 0) throw invalidClause({ text: 'NUL', at: nul }, 'this character cannot be part of a filter')
}

function parseAny(reader: Reader): Node {
  const of = [parseAll(reader)]
  while (takes(reader, 'OR')) of.push(parseAll(reader))
  return one({ kind: 'any', of })
}

function parseAll(reader: Reader): Node {
  const of = [parseUnary(reader)]
  while (takes(reader, 'AND')) of.push(parseUnary(reader))
  return one({ kind: 'all', of })
}

function one(node: Extract<Node, { kind: 'all' | 'any' }>): Node {
  return node.of.length === 1 ? (node.of[0] ?? node) : node
}

function parseUnary(reader: Reader): Node {
  const spot = peek(reader)
  if (takes(reader, 'NOT')) return { kind: 'not', of: nested(reader, spot, () => parseUnary(reader)) }
  if (!takes(reader, '(')) return parseComparison(reader)
  const inner = nested(reader, spot, () => parseAny(reader))
  expect(reader, ')')
  return inner
}

function parseComparison(reader: Reader): Node {
  const token = take(reader)
  if (token.kind !== 'name' || RESERVED.has(keyword(token) ?? '')) throw noIdentifier(token, peek(reader))
  countComparison(reader, token)
  const name = nameOf(token, reader.grammar)
  columnOf(name, reader.grammar)
  const operator = peek(reader)
  if (operator.kind === 'operator') {
    take(reader)
    return { kind: 'compare', name, operator: symbol(operator.text, name), value: literal(reader) }
  }
  if (takes(reader, 'IS')) {
    const negated = takes(reader, 'NOT')
    if (takes(reader, 'NAN')) return { kind: 'is', name, negated, what: 'NAN' }
    expect(reader, 'NULL')
    return { kind: 'is', name, negated, what: 'NULL' }
  }
  return parseWordOperator(reader, name)
}

function noIdentifier(token: Token, next: Token): Problem {
  if (next.kind !== 'operator') return invalidClause(token, 'an identifier was expected, such as metrics.loss')
  return fault(`Invalid comparison clause. Expected 'Identifier' found ${shown(token.text)}`, token)
}

function parseWordOperator(reader: Reader, name: Name): Node {
  const negated = takes(reader, 'NOT')
  const token = take(reader)
  switch (keyword(token)) {
    case 'IN':
      return { kind: 'in', name, negated, values: literals(reader) }
    case 'LIKE':
      return { kind: 'compare', name, operator: negated ? 'NOT LIKE' : 'LIKE', value: literal(reader) }
    case 'ILIKE':
      return { kind: 'compare', name, operator: negated ? 'NOT ILIKE' : 'ILIKE', value: literal(reader) }
    case 'BETWEEN':
      return parseBetween(reader, name, negated)
    default:
      throw invalidClause(token, `a comparison was expected after ${shown(name.text)}`)
  }
}

function parseBetween(reader: Reader, name: Name, negated: boolean): Node {
  const least = literal(reader)
  expect(reader, 'AND')
  const most = literal(reader)
  return {
    kind: negated ? 'any' : 'all',
    of: [
      { kind: 'compare', name, operator: negated ? '<' : '>=', value: least },
      { kind: 'compare', name, operator: negated ? '>' : '<=', value: most },
    ],
  }
}

function symbol(text: string, name: Name): Operator {
  if (OPERATORS.has(text)) return text as Operator
  const meant = text === '<>' ? '!=' : '='
  throw invalidClause({ text: `${name.text} ${text}`, at: name.at }, `Invalid comparator '${text}': write ${meant}`)
}
