import { ATTRIBUTE_WORDS, KEY_NUMBER, TAG_WORDS } from './entities.ts'
import { sql } from './sql.ts'
import type { Column, Grammar } from './types.ts'

const ATTRIBUTES: Readonly<Record<string, Column>> = {
  name: { type: 'text', value: sql('e.name') },
  // A text on the wire, and a number in its order.
  experiment_id: { type: 'text', value: sql('CAST(e.id AS TEXT)'), sort: sql('e.id') },
  creation_time: { type: 'number', value: sql('e.created_at') },
  last_update_time: { type: 'number', value: sql('e.updated_at') },
}

/** The search of experiments, over `experiments e`. */
export const experimentGrammar: Grammar = {
  entities: { ...ATTRIBUTE_WORDS, ...TAG_WORDS },
  bare: 'attribute',
  column(entity, key, fold) {
    if (fold !== undefined) return undefined
    if (entity === 'attribute') return Object.hasOwn(ATTRIBUTES, key) ? ATTRIBUTES[key] : undefined
    const from = sql(`experiment_tags p WHERE p.experiment = e.id AND p.key = ${KEY_NUMBER}`, key)
    return { type: 'text', value: sql('p.value'), from }
  },
  known: [
    'attributes.name',
    'attributes.experiment_id',
    'attributes.creation_time',
    'attributes.last_update_time',
    'tags.<key>',
  ],
}
