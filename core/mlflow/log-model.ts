import type { Pair } from '#core/tracking/index.ts'
import { NOTHING, type Deps } from './deps.ts'
import { runId, text } from './fields.ts'
import type { Answer, Input } from './route.ts'
import { readKept, wrong } from './values.ts'

/** The tag in which clients of MLflow 2 keep which models a run has logged: JSON, a list. */
const HISTORY = 'mlflow.log-model.history'

/** What a model's description must have. */
const PARTS = ['run_id', 'artifact_path', 'utc_time_created', 'flavors']

/** As many characters as a tag keeps: a list that is cut off could not be read. */
const MOST_HISTORY = 8_000

/** Adds models, as clients of MLflow 2 describe them, to the list that their run has in a tag: one after the other. */
export function createLogModel(tracking: Deps['tracking']): (input: Input) => Promise<Answer> {
  let last: Promise<unknown> = Promise.resolve()
  return async (input) => {
    const next = last.then(async () => logModel(tracking, input))
    // Its own caller is told of a failure; the next one only waits.
    last = next.catch(() => undefined)
    return next
  }
}

async function logModel({ reads, writes }: Deps['tracking'], input: Input): Promise<Answer> {
  const run = runId(input)
  const json = text(input, 'model_json')
  const model = parse(json)
  if (model === undefined) throw wrong('model_json', json, 'it must be the JSON of an object')
  const parts = readKept(model, 'model_json')
  const missing = PARTS.filter((part) => parts[part] === undefined)
  if (missing.length > 0) throw wrong('model_json', json, `it is missing mandatory fields: ${missing.join(', ')}`)
  const { tags } = reads.run(run)
  const value = JSON.stringify([...historyOf(tags), model])
  if (value.length > MOST_HISTORY) {
    throw wrong('model_json', json, `the models of a run may have ${MOST_HISTORY} characters together`)
  }
  await writes.log(run, { tags: [{ key: HISTORY, value }] })
  return NOTHING
}

function historyOf(tags: readonly Pair[]): readonly unknown[] {
  const list = parse(tags.find(({ key }) => key === HISTORY)?.value ?? '[]')
  // A tag is free text: what is no list there is replaced.
  return Array.isArray(list) ? list : []
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
