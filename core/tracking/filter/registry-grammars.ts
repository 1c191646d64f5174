import { ATTRIBUTE_WORDS, TAG_WORDS } from './entities.ts'
import { sql, wrap } from './sql.ts'
import type { Column, Grammar, Sql } from './types.ts'

/** Prompts are models with this tag; searches leave them out unless they ask. */
const PROMPT_TAG = 'mlflow.prompt.is_prompt'

const MODEL_UPDATED: Column = { type: 'number', value: sql('m.updated_at') }
const MODEL_ATTRIBUTES: Readonly<Record<string, Column>> = {
  name: { type: 'text', value: sql('m.name') },
  creation_timestamp: { type: 'number', value: sql('m.created_at') },
  last_updated_timestamp: MODEL_UPDATED,
  timestamp: MODEL_UPDATED,
}

/** The search of registered models, over `registered_models m`. Without prompts unless the filter names their tag. */
export const registeredModelGrammar: Grammar = grammarOf({
  attributes: MODEL_ATTRIBUTES,
  known: ['name', 'creation_timestamp', 'last_updated_timestamp'],
  tagsFrom: (key) => sql('registered_model_tags p WHERE p.model = m.id AND p.key = ?', key),
})

const VERSION: Column = { type: 'number', value: sql('v.version') }
const SOURCE: Column = { type: 'text', value: sql('v.source') }
const VERSION_ATTRIBUTES: Readonly<Record<string, Column>> = {
  name: { type: 'text', value: sql('m.name') },
  version_number: VERSION,
  version: VERSION,
  run_id: { type: 'text', value: sql('v.run_id'), emptyIsNull: true },
  source_path: SOURCE,
  source: SOURCE,
  stage: { type: 'text', value: sql('v.stage') },
  model_id: { type: 'text', value: sql('v.model_id'), emptyIsNull: true },
  creation_timestamp: { type: 'number', value: sql('v.created_at') },
  last_updated_timestamp: { type: 'number', value: sql('v.updated_at') },
}

/** The search of model versions, over `model_versions v JOIN registered_models m ON m.id = v.model`. Prompts as above. */
export const modelVersionGrammar: Grammar = grammarOf({
  attributes: VERSION_ATTRIBUTES,
  known: [
    'name',
    'version_number',
    'run_id',
    'source_path',
    'stage',
    'model_id',
    'creation_timestamp',
    'last_updated_timestamp',
  ],
  tagsFrom: (key) => sql('model_version_tags p WHERE p.model = v.model AND p.version = v.version AND p.key = ?', key),
})

function grammarOf(search: {
  readonly attributes: Readonly<Record<string, Column>>
  readonly known: readonly string[]
  tagsFrom(key: string): Sql
}): Grammar {
  const isPrompt = wrap('ifnull((SELECT p.value FROM ', search.tagsFrom(PROMPT_TAG), "), 'false')")
  return {
    entities: { ...ATTRIBUTE_WORDS, ...TAG_WORDS },
    bare: 'attribute',
    column(entity, key, fold) {
      if (fold !== undefined) return undefined
      if (entity === 'attribute') return Object.hasOwn(search.attributes, key) ? search.attributes[key] : undefined
      // What lacks the tag is no prompt: clients ask for models by != 'true'.
      if (key === PROMPT_TAG) return { type: 'text', value: isPrompt }
      return { type: 'text', value: sql('p.value'), from: search.tagsFrom(key) }
    },
    known: [...search.known.map((key) => `attributes.${key}`), 'tags.<key>'],
    orderWords: 'Invalid order by key',
    unlessNamed: { entity: 'tag', key: PROMPT_TAG, condition: wrap('', isPrompt, " <> 'true'") },
  }
}
