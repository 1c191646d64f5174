import { ATTRIBUTE_WORDS, KEY_NUMBER, METRIC_WORDS, PARAMETER_WORDS, TAG_WORDS } from './entities.ts'
import { concat, joined, sql, wrap } from './sql.ts'
import type { Column, DatasetScope, Grammar, Sql } from './types.ts'

const METRICS = 'model_metrics x JOIN metric_origins o ON o.id = x.origin WHERE x.model = l.id'

const CREATED: Column = { type: 'number', value: sql('l.created_at') }
const UPDATED: Column = { type: 'number', value: sql('l.updated_at') }
const ATTRIBUTES: Readonly<Record<string, Column>> = {
  name: { type: 'text', value: sql('l.name') },
  model_id: { type: 'text', value: sql('l.model_id') },
  model_type: { type: 'text', value: sql('l.model_type'), emptyIsNull: true },
  status: { type: 'text', value: sql('l.status') },
  source_run_id: { type: 'text', value: sql('l.source_run_id'), emptyIsNull: true },
  creation_timestamp: CREATED,
  creation_timestamp_ms: CREATED,
  creation_time: CREATED,
  last_updated_timestamp: UPDATED,
  last_updated_timestamp_ms: UPDATED,
  last_updated_time: UPDATED,
}

const KNOWN = [
  'attributes.name',
  'attributes.model_id',
  'attributes.model_type',
  'attributes.status',
  'attributes.source_run_id',
  'attributes.creation_timestamp',
  'attributes.last_updated_timestamp',
  'metrics.<key>',
  'params.<key>',
  'tags.<key>',
]

/**
 * The search of logged models, over `logged_models l`. With datasets, metrics are those that were measured on one of
 * them, and a filter that names no metric finds models with any such metric.
 */
export function loggedModelGrammar(datasets: readonly DatasetScope[] = []): Grammar {
  const scope = scopeOf(datasets)
  return {
    entities: { ...ATTRIBUTE_WORDS, ...METRIC_WORDS, ...PARAMETER_WORDS, ...TAG_WORDS },
    bare: 'attribute',
    column(entity, key, fold) {
      if (entity === 'metric') return fold === undefined || fold === 'last' ? metric(key, scope) : undefined
      if (fold !== undefined) return undefined
      if (entity === 'parameter') return keyed('model_params', key)
      if (entity === 'tag') return keyed('model_tags', key)
      return Object.hasOwn(ATTRIBUTES, key) ? ATTRIBUTES[key] : undefined
    },
    known: KNOWN,
    ...(datasets.length === 0 ? {} : { unlessNamed: { entity: 'metric', condition: measured(scope) } }),
  }
}

function metric(key: string, scope: Sql): Column {
  return {
    type: 'number',
    value: sql('x.value'),
    nan: 'x.nan',
    from: concat([sql(`${METRICS} AND x.key = ${KEY_NUMBER}`, key), scope]),
    latest: 'x.at DESC, x.step DESC',
  }
}

function keyed(table: 'model_params' | 'model_tags', key: string): Column {
  return {
    type: 'text',
    value: sql('p.value'),
    from: sql(`${table} p WHERE p.model = l.id AND p.key = ${KEY_NUMBER}`, key),
  }
}

function measured(scope: Sql): Sql {
  return wrap(`EXISTS (SELECT 1 FROM ${METRICS}`, scope, ')')
}

function scopeOf(datasets: readonly DatasetScope[]): Sql {
  if (datasets.length === 0) return sql('')
  const each = datasets.map(({ name, digest }) =>
    digest === undefined
      ? sql('o.dataset_name = ?', name)
      : sql('(o.dataset_name = ? AND o.dataset_digest = ?)', name, digest),
  )
  return wrap(' AND ', joined(each, 'OR'), '')
}
