import { defined, id, list, optionalText, readPair, required, text } from './fields.ts'
import type { Input } from './route.ts'
import type { LoggedModelStatus, Pair } from './types.ts'
import { readEnum, readKept, wrong } from './values.ts'

const readStatus = readEnum<LoggedModelStatus>({
  LOGGED_MODEL_STATUS_UNSPECIFIED: 0,
  LOGGED_MODEL_PENDING: 1,
  LOGGED_MODEL_READY: 2,
  LOGGED_MODEL_UPLOAD_FAILED: 3,
})

/** A model that `POST logged-models` asks for. */
export type ModelDraft = {
  readonly experimentId: string
  readonly params: readonly Pair[]
  readonly tags: readonly Pair[]
  readonly name?: string
  readonly modelType?: string
  readonly sourceRunId?: string
}

/** What `POST logged-models` asks for. Throws Problem `tracking_invalid`, as all of these do. */
export function modelDraftOf(input: Input): ModelDraft {
  const maybe = (name: string): string | undefined => optionalText(input, name) || undefined
  return {
    experimentId: id(input, 'experiment_id'),
    params: list(input, 'params', readPair),
    tags: list(input, 'tags', readPair),
    ...defined({ name: maybe('name'), modelType: maybe('model_type'), sourceRunId: maybe('source_run_id') }),
  }
}

/** The status that `PATCH logged-models/{model_id}` sets. */
export function modelStatusOf(input: Input): LoggedModelStatus {
  return required(input, 'status', readStatus)
}

/** The tag in which clients of MLflow 2 keep which models a run has logged: JSON, a list. */
export const MODEL_HISTORY = 'mlflow.log-model.history'

/** What a model's description must have. */
const PARTS = ['run_id', 'artifact_path', 'utc_time_created', 'flavors']

/** As many characters as a tag keeps: a list that is cut off could not be read. */
const MOST_HISTORY = 8_000

/** The value of MODEL_HISTORY after `runs/log-model` of this request, by what it was before. */
export function historyWithModel(before: string | undefined, input: Input): string {
  const json = text(input, 'model_json')
  const model = parse(json)
  if (model === undefined) throw wrong('model_json', json, 'it must be the JSON of an object')
  const parts = readKept(model, 'model_json')
  const missing = PARTS.filter((part) => parts[part] === undefined)
  if (missing.length > 0) throw wrong('model_json', json, `it is missing mandatory fields: ${missing.join(', ')}`)
  const value = JSON.stringify([...historyOf(before), model])
  if (value.length <= MOST_HISTORY) return value
  throw wrong('model_json', json, `the models of a run may have ${MOST_HISTORY} characters together`)
}

function historyOf(before: string | undefined): readonly unknown[] {
  const models = parse(before ?? '[]')
  // A tag is free text: what is no list there is replaced.
  return Array.isArray(models) ? models : []
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
