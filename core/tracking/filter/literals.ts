import { fault, invalidClause, shown } from './fault.ts'
import { expect, peek, take, takes, type Reader } from './reader.ts'
import type { Token } from './tokens.ts'
import type { Literal } from './tree.ts'

/** The value that comes: a number, or a text in single or double quotes. */
export function literal(reader: Reader): Literal {
  const token = take(reader)
  const value = valueOf(token)
  if (value !== undefined) return { value, text: token.text, at: token.at }
  if (token.kind !== 'name') throw invalidClause(token, "a value was expected: a number, or a text as 'my-value'")
  const words = `Parameter value is either not quoted or unidentified quote types used for string value ${shown(token.text)}`
  throw fault(`${words}. Use either single or double quotes.`, token)
}

/** A list of values in parentheses, at least one. */
export function literals(reader: Reader): readonly Literal[] {
  const open = peek(reader)
  expect(reader, '(')
  if (takes(reader, ')')) {
    const words = 'While parsing a list in the query, expected a non-empty list of string values, but got empty list'
    throw fault(words, open)
  }
  const values = [literal(reader)]
  // A comma may stand behind the last one, as Python writes a tuple of one.
  while (takes(reader, ',')) {
    if (takes(reader, ')')) return values
    values.push(literal(reader))
  }
  expect(reader, ')')
  return values
}

function valueOf(token: Token): string | number | undefined {
  if (token.kind === 'text' || token.kind === 'number') return token.value
  if (token.kind !== 'name' || token.fold !== undefined) return undefined
  const [only, ...more] = token.parts
  return only?.quote === '"' && more.length === 0 ? only.text : undefined
}
