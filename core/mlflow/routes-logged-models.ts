import {
  defined,
  list,
  loggedModelShape,
  member,
  missing,
  modelDraftOf,
  modelStatusOf,
  optionalMember,
  optionalText,
  readBoolean,
  readId,
  readPair,
  readPart,
  readText,
  searchOf,
  type Answer,
  type JsonCall,
  type Input,
  type JsonRoute,
  NOTHING,
} from '#core/wire/index.ts'
import type { Deps } from './deps.ts'

/** As many models as a search gives where it does not say how many. */
const USUAL_PAGE = 100

type Writes = Deps['tracking']['writes']

/** Models that programs logged. */
export function loggedModelRoutes({ tracking, reader }: Deps): readonly JsonRoute[] {
  const { reads, writes } = tracking
  return [
    { method: 'POST', path: '/logged-models', answer: (input) => create(writes, input) },
    {
      method: 'POST',
      path: '/logged-models/search',
      answer: (input) => reader.read('loggedModels', modelSearchOf(input)),
    },
    {
      method: 'GET',
      path: '/logged-models/{model_id}',
      answer: (_, call) => ({ model: loggedModelShape(reads.loggedModel(modelId(call))) }),
    },
    ...changes(writes),
  ]
}

function changes(writes: Writes): readonly JsonRoute[] {
  const path = '/logged-models/{model_id}'
  return [
    {
      method: 'DELETE',
      path,
      answer: (_, call) => writes.deleteLoggedModel(modelId(call)).then(() => NOTHING),
    },
    {
      method: 'PATCH',
      path,
      answer: async (input, call) => {
        const model = await writes.finishLoggedModel(modelId(call), modelStatusOf(input))
        return { model: loggedModelShape(model) }
      },
    },
    {
      method: 'PATCH',
      path: `${path}/tags`,
      answer: async (input, call) => {
        const model = await writes.setLoggedModelTags(modelId(call), list(input, 'tags', readPair))
        return { model: loggedModelShape(model) }
      },
    },
    {
      method: 'DELETE',
      path: `${path}/tags/{tag_key}`,
      answer: async (_, call) => {
        await writes.deleteLoggedModelTag(modelId(call), call.params['tag_key'] ?? '')
        return NOTHING
      },
    },
    {
      method: 'POST',
      path: `${path}/params`,
      answer: async (input, call) => {
        await writes.logLoggedModelParams(modelId(call), list(input, 'params', readPair))
        return NOTHING
      },
    },
  ]
}

function modelId({ params }: JsonCall): string {
  const found = params['model_id']
  if (found === undefined || found === '') throw missing('model_id')
  return found
}

async function create(writes: Writes, input: Input): Promise<Answer> {
  const made = optionalText(input, 'model_id') || undefined
  const model = await writes.createLoggedModel({ ...modelDraftOf(input), ...defined({ id: made }) })
  return { model: loggedModelShape(model) }
}

function modelSearchOf(input: Input) {
  const { orderBy: _texts, ...search } = searchOf({ ...input, fields: { ...input.fields, order_by: [] } }, USUAL_PAGE)
  const datasets = list(input, 'datasets', (value, path) => {
    const dataset = readPart(value, path)
    const digest = optionalMember(dataset, 'dataset_digest', readText) || undefined
    return { name: member(dataset, 'dataset_name', readText), ...defined({ digest }) }
  })
  const experimentIds = list(input, 'experiment_ids', readId)
  return { ...search, experimentIds, datasets, orderBy: list(input, 'order_by', readOrder) }
}

function readOrder(value: unknown, path: string) {
  const order = readPart(value, path)
  const maybe = (name: string) => optionalMember(order, name, readText) || undefined
  return {
    field: member(order, 'field_name', readText),
    ...defined({ ascending: optionalMember(order, 'ascending', readBoolean) }),
    ...defined({ datasetName: maybe('dataset_name'), datasetDigest: maybe('dataset_digest') }),
  }
}
