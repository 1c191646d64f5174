import { refusal, shown } from './fault.ts'
import { loggedModelGrammar } from './logged-model-grammar.ts'
import { columnOf } from './names.ts'
import { joinTerms, type OrderTerm } from './order.ts'
import { checkText } from './parse.ts'
import type { Sql } from './types.ts'

/** A field that logged models are sorted by: an attribute, or `metrics.` and a key as it is, without quotes. */
export type LoggedModelOrder = {
  readonly field: string
  readonly ascending?: boolean
  /** Only metrics that were measured on it. */
  readonly datasetName?: string
  readonly datasetDigest?: string
}

const WORDS = 'Invalid order by field name:'

/** As `compileOrder`, for the form that searches of logged models have; over `logged_models l`. */
export function compileLoggedModelOrder(orderBy: readonly LoggedModelOrder[] | undefined, tail: string): Sql {
  return joinTerms((orderBy ?? []).map(termOf), tail)
}

function termOf({ field, ascending = true, datasetName = '', datasetDigest = '' }: LoggedModelOrder): OrderTerm {
  checkText(field)
  if (datasetDigest !== '' && datasetName === '') {
    throw refusal('`dataset_digest` can only be specified if `dataset_name` is also specified.')
  }
  const scope =
    datasetName === '' ? [] : [{ name: datasetName, ...(datasetDigest === '' ? {} : { digest: datasetDigest }) }]
  const grammar = loggedModelGrammar(scope)
  const dot = field.indexOf('.')
  const entity = dot < 0 ? 'attribute' : grammar.entities[field.slice(0, dot)]
  if (entity !== 'attribute' && entity !== 'metric') {
    throw refusal(`${WORDS} ${shown(field)}. Only attributes and metrics.<name> are allowed`)
  }
  const name = { text: field, at: 0, entity, key: field.slice(dot + 1).trim() }
  return { name, column: columnOf(name, grammar, WORDS), ascending }
}
