import { STATUSES } from '../run-info.ts'
import { ATTRIBUTE_WORDS, DATASET_WORDS, KEY_NUMBER, METRIC_WORDS, PARAMETER_WORDS, TAG_WORDS } from './entities.ts'
import { sql } from './sql.ts'
import type { Column, Fold, Grammar } from './types.ts'

const STATUS_NAME = `CASE r.status ${STATUSES.map((name, place) => `WHEN ${place} THEN '${name}'`).join(' ')} END`

const NAME: Column = { type: 'text', value: sql('r.name') }
const START: Column = { type: 'number', value: sql('r.start_time') }
const ATTRIBUTES: Readonly<Record<string, Column>> = {
  run_id: { type: 'text', value: sql('r.run_id') },
  run_name: NAME,
  status: { type: 'text', value: sql(STATUS_NAME) },
  user_id: { type: 'text', value: sql('r.user_id'), emptyIsNull: true },
  artifact_uri: { type: 'text', value: sql('r.artifact_uri') },
  start_time: START,
  end_time: { type: 'number', value: sql('r.end_time'), nullable: true },
  // as the columns of MLflow's page are called
  created: START,
  Created: START,
  'run name': NAME,
  'Run name': NAME,
  'Run Name': NAME,
}

const FOLDED: Readonly<Record<Fold, Column>> = {
  last: { type: 'number', value: sql('s.value'), nan: 's.nan' },
  min: { type: 'number', value: sql('s.min'), nullable: true },
  max: { type: 'number', value: sql('s.max'), nullable: true },
  mean: { type: 'number', value: sql('s.sum / nullif(s.finite, 0)'), nullable: true },
}

const DATASET_FROM = sql('run_datasets i JOIN datasets d ON d.id = i.dataset WHERE i.run = r.id')
const DATASETS: Readonly<Record<string, Column>> = {
  name: { type: 'text', value: sql('d.name'), from: DATASET_FROM, unsortable: true },
  digest: { type: 'text', value: sql('d.digest'), from: DATASET_FROM, unsortable: true },
  context: {
    type: 'text',
    value: sql(`t.value ->> '$[1]'`),
    from: sql(`run_datasets i, json_each(i.tags) t WHERE i.run = r.id AND t.value ->> '$[0]' = 'mlflow.data.context'`),
    unsortable: true,
  },
}

/** The search of runs, over `runs r`. */
export const runGrammar: Grammar = {
  entities: { ...ATTRIBUTE_WORDS, ...METRIC_WORDS, ...PARAMETER_WORDS, ...TAG_WORDS, ...DATASET_WORDS },
  bare: 'attribute',
  column(entity, key, fold) {
    if (entity === 'metric')
      return { ...FOLDED[fold ?? 'last'], from: sql(`series s WHERE s.run = r.id AND s.key = ${KEY_NUMBER}`, key) }
    if (fold !== undefined) return undefined
    if (entity === 'parameter') return keyed('params', key)
    if (entity === 'tag') return keyed('tags', key)
    const columns = entity === 'dataset' ? DATASETS : ATTRIBUTES
    return Object.hasOwn(columns, key) ? columns[key] : undefined
  },
  known: [
    'attributes.run_id',
    'attributes.run_name',
    'attributes.status',
    'attributes.user_id',
    'attributes.artifact_uri',
    'attributes.start_time',
    'attributes.end_time',
    'metrics.<key>',
    'params.<key>',
    'tags.<key>',
    'datasets.name',
    'datasets.digest',
    'datasets.context',
  ],
}

function keyed(table: 'params' | 'tags', key: string): Column {
  return {
    type: 'text',
    value: sql('p.value'),
    from: sql(`${table} p WHERE p.run = r.id AND p.key = ${KEY_NUMBER}`, key),
  }
}
