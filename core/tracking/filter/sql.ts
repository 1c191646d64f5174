import type { Sql } from './types.ts'

/** A piece of SQL and the values of its question marks. */
export function sql(text: string, ...values: readonly (string | number)[]): Sql {
  return { sql: text, values }
}

/** Pieces one after the other, with a text between. */
export function concat(pieces: readonly Sql[], between = ''): Sql {
  return { sql: pieces.map((piece) => piece.sql).join(between), values: pieces.flatMap((piece) => piece.values) }
}

/** A piece with text before and after it. */
export function wrap(before: string, piece: Sql, after: string): Sql {
  return { sql: `${before}${piece.sql}${after}`, values: piece.values }
}

/** Conditions joined as a balanced tree, since SQLite bounds the depth of an expression and not its length. */
export function joined(conditions: readonly Sql[], word: 'AND' | 'OR'): Sql {
  const [only] = conditions
  if (only !== undefined && conditions.length === 1) return only
  const half = Math.ceil(conditions.length / 2)
  const sides = [joined(conditions.slice(0, half), word), joined(conditions.slice(half), word)]
  return wrap('(', concat(sides, ` ${word} `), ')')
}
