import { refusal, shown } from './fault.ts'
import { columnOf, nameOf } from './names.ts'
import { checkText } from './parse.ts'
import { concat, sql, wrap } from './sql.ts'
import { keyword } from './reader.ts'
import { tokenize, type NameToken } from './tokens.ts'
import type { Name } from './tree.ts'
import type { Column, Grammar, Sql } from './types.ts'

/** One field that is sorted by. */
export type OrderTerm = { readonly name: Name; readonly column: Column; readonly ascending: boolean }

const MOST_TERMS = 32

/**
 * What stands behind ORDER BY: the fields of the request (`metrics.loss DESC`), then the tail, which makes the order
 * total (`r.start_time DESC, r.run_id`). Metrics: numbers, then NaN, then missing ones in both directions; all else:
 * missing ones last. Throws Problem `tracking_invalid` for what cannot be read or sorted by, and for a field named twice.
 */
export function compileOrder(orderBy: readonly string[] | undefined, grammar: Grammar, tail: string): Sql {
  return joinTerms(
    (orderBy ?? []).map((clause) => termOf(clause, grammar)),
    tail,
  )
}

/** The terms of ORDER BY, then those of the tail that are not there yet. */
export function joinTerms(terms: readonly OrderTerm[], tail: string): Sql {
  if (terms.length > MOST_TERMS) throw refusal(`Invalid order_by: at most ${MOST_TERMS} fields can be sorted by`)
  const seen = new Set<string>()
  for (const { name, column } of terms) {
    const id = JSON.stringify([column.value, column.from])
    if (seen.has(id)) throw refusal(`\`order_by\` contains duplicate fields: ${shown(name.text)} comes twice`)
    seen.add(id)
  }
  const sorted = new Set(terms.map(({ column }) => (column.sort ?? column.value).sql))
  const rest = tail.split(', ').filter((part) => !sorted.has(part.split(' ')[0] ?? ''))
  return concat([...terms.map(termSql), ...rest.map((part) => sql(part))], ', ')
}

function termOf(clause: string, grammar: Grammar): OrderTerm {
  const { token, ascending } = readClause(clause)
  const name = nameOf(token, grammar)
  const column = columnOf(name, grammar, grammar.orderWords)
  if (!column.unsortable) return { name, column, ascending }
  throw refusal(`Invalid identifier type '${name.entity}': nothing can be sorted by ${shown(name.text)}`)
}

function readClause(clause: string): { readonly token: NameToken; readonly ascending: boolean } {
  checkText(clause)
  const [token, direction, ...more] = tokenize(clause).filter((each) => each.kind !== 'end')
  if (token?.kind !== 'name' || more.length > 0) {
    throw refusal(`Invalid order_by clause ${shown(clause)}. Could not be parsed. Write FIELD, FIELD ASC or FIELD DESC`)
  }
  const word = direction === undefined ? 'ASC' : keyword(direction)
  if (word === 'ASC' || word === 'DESC') return { token, ascending: word === 'ASC' }
  throw refusal(`Invalid ordering key in order_by clause ${shown(clause)}: write ASC or DESC`)
}

function termSql({ column, ascending }: OrderTerm): Sql {
  const way = ascending ? '' : ' DESC'
  const last = column.nullable || column.from !== undefined ? ' NULLS LAST' : ''
  return column.nan === undefined
    ? wrap('', scalar(column, column.sort ?? column.value), `${way}${last}`)
    : metricTerm(column, column.nan, ascending)
}

/**
 * One expression for three ranks: SQLite sorts numbers before texts before blobs, so NaN is a text and what is missing a
 * blob; numbers are negated for the other direction.
 */
function metricTerm(column: Column, nan: string, ascending: boolean): Sql {
  const value = concat([sql(`CASE WHEN ${nan} THEN '' ELSE ${ascending ? '' : '-'}`), column.value, sql(' END')])
  return wrap('ifnull(', scalar(column, value), `, x'')`)
}

function scalar(column: Column, value: Sql): Sql {
  if (column.from === undefined) return value
  const first = column.latest === undefined ? ')' : ` ORDER BY ${column.latest} LIMIT 1)`
  return concat([sql('(SELECT '), value, sql(' FROM '), column.from, sql(first)])
}
