import { fault, shown } from './fault.ts'
import { globPattern, likePattern } from './like.ts'
import { concat, sql, wrap } from './sql.ts'
import type { Comparison, Literal, Name, Node, Operator } from './tree.ts'
import type { Column, Sql } from './types.ts'

const NUMBER_OPERATORS: readonly Operator[] = ['>', '>=', '!=', '=', '<', '<=']
const TEXT_OPERATORS: readonly Operator[] = ['!=', '=', 'LIKE', 'ILIKE', 'NOT LIKE', 'NOT ILIKE']
const MOST_NUMBERS = 500

/** The operators of a column, for the message of a fault and for completion. */
export function operatorsOf(column: Column): readonly string[] {
  const own = column.type === 'number' ? NUMBER_OPERATORS : TEXT_OPERATORS
  const more = column.type === 'number' ? ['BETWEEN', 'NOT BETWEEN'] : []
  const nan = column.nan === undefined ? [] : ['IS NAN', 'IS NOT NAN']
  return [...own, 'IN', 'NOT IN', 'IS NULL', 'IS NOT NULL', ...more, ...nan]
}

/** A comparison with one value. */
export function compileComparison({ name, operator, value }: Comparison, column: Column): Sql {
  const known = column.type === 'number' ? NUMBER_OPERATORS : TEXT_OPERATORS
  if (!known.includes(operator)) {
    throw fault(`Invalid comparator '${operator}' not one of ${operatorsOf(column).join(', ')}`, name)
  }
  if (column.type === 'text')
    return overRows(column, textCondition(column, operator, { ...value, value: textOf(value, name) }))
  const condition = concat([column.value, sql(` ${operator} ?`, numberOf(value, name))])
  return overRows(column, withNan(column, condition, operator === '!='))
}

/** A comparison with a list of values. */
export function compileIn(node: Extract<Node, { kind: 'in' }>, column: Column): Sql {
  const word = node.negated ? 'NOT IN' : 'IN'
  if (column.type === 'text') {
    const list = JSON.stringify(node.values.map((value) => listText(value, node.name)))
    const condition = concat([column.value, sql(` ${word} (SELECT value FROM json_each(?))`, list)])
    return overRows(column, condition)
  }
  const numbers = node.values.map((value) => numberOf(value, node.name))
  if (numbers.length > MOST_NUMBERS)
    throw fault(`Invalid list: at most ${MOST_NUMBERS} numbers can be compared with`, node.name)
  const condition = concat([column.value, sql(` ${word} (${numbers.map(() => '?').join(', ')})`, ...numbers)])
  return overRows(column, withNan(column, condition, node.negated))
}

/** IS NULL, which means that there is no value at all, and IS NAN. */
export function compileIs(node: Extract<Node, { kind: 'is' }>, column: Column): Sql {
  if (node.what === 'NULL') {
    const present = overRows(column, presence(column))
    return node.negated ? present : wrap('NOT (', present, ')')
  }
  if (column.nan === undefined)
    throw fault(`Invalid comparator 'IS NAN' not one of ${operatorsOf(column).join(', ')}`, node.name)
  return overRows(column, sql(node.negated ? `NOT ${column.nan}` : column.nan))
}

function presence(column: Column): Sql {
  const value = column.emptyIsNull ? wrap('nullif(', column.value, ", '')") : column.value
  return column.nullable || column.emptyIsNull ? wrap('', value, ' IS NOT NULL') : sql('1')
}

/** A condition over the rows that hold the value, where these are not the rows of the search. */
function overRows(column: Column, condition: Sql): Sql {
  if (column.from === undefined) return wrap('(', condition, ')')
  return concat([sql('EXISTS (SELECT 1 FROM '), column.from, sql(' AND '), condition, sql(')')])
}

/** NaN, whose stored value means nothing, is unequal to all numbers and fulfils nothing else. */
function withNan(column: Column, condition: Sql, unequal: boolean): Sql {
  if (column.nan === undefined) return condition
  return wrap(unequal ? `(${column.nan} OR ` : `(NOT ${column.nan} AND `, condition, ')')
}

function textCondition(column: Column, operator: Operator, text: Literal & { readonly value: string }): Sql {
  if (operator === '=' || operator === '!=') return concat([column.value, sql(` ${operator} ?`, text.value)])
  const not = operator.startsWith('NOT ') ? ' NOT' : ''
  const like = likePattern(text.value, text)
  if (operator.endsWith('ILIKE')) return concat([column.value, sql(`${not} LIKE ?`, like)])
  return concat([column.value, sql(`${not} GLOB ?`, globPattern(like))])
}

function numberOf({ value, text, at }: Literal, name: Name): number {
  if (typeof value === 'number') return value
  // A version is a text on the wire, so that MLflow takes its number in quotes as well.
  if (name.entity === 'attribute' && name.key.startsWith('version') && /^\d{1,15}$/.test(value)) return Number(value)
  const what = name.entity === 'metric' ? 'metric' : `numeric attribute: ${name.key}`
  throw fault(`Expected numeric value type for ${what}. Found ${shown(text)}`, { text, at })
}

function textOf(literal: Literal, name: Name): string {
  if (typeof literal.value === 'string') return literal.value
  const what =
    name.entity === 'attribute' ? 'attributes' : name.entity === 'dataset' ? 'dataset attributes' : name.entity
  throw fault(`Expected a quoted string value for ${what} (e.g. 'my-value'). Got value ${literal.text}`, literal)
}

function listText({ value, text, at }: Literal, name: Name): string {
  if (typeof value === 'string') return value
  const words =
    'While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list'
  throw fault(`${words}: ${shown(text)} for ${name.text}`, { text, at })
}
