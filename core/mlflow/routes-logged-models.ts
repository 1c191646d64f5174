import type { LoggedModelStatus } from '#core/tracking/index.ts'
import { NOTHING, type Deps } from './deps.ts'
import {
  defined,
  id,
  list,
  member,
  optionalMember,
  optionalText,
  readPair,
  readPart,
  required,
  searchOf,
} from './fields.ts'
import type { Answer, Call, Input, JsonRoute } from './route.ts'
import { loggedModelShape } from './shapes.ts'
import { missing, readBoolean, readEnum, readId, readText } from './values.ts'

/** As many models as a search gives where it does not say how many. */
const USUAL_PAGE = 100

const readStatus = readEnum<LoggedModelStatus>({
  LOGGED_MODEL_STATUS_UNSPECIFIED: 0,
  LOGGED_MODEL_PENDING: 1,
  LOGGED_MODEL_READY: 2,
  LOGGED_MODEL_UPLOAD_FAILED: 3,
})

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
        const status = required(input, 'status', readStatus)
        return { model: loggedModelShape(await writes.finishLoggedModel(modelId(call), status)) }
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

function modelId({ params }: Call): string {
  const found = params['model_id']
  if (found === undefined || found === '') throw missing('model_id')
  return found
}

async function create(writes: Writes, input: Input): Promise<Answer> {
  const maybe = (name: string) => optionalText(input, name) || undefined
  const model = await writes.createLoggedModel({
    experimentId: id(input, 'experiment_id'),
    params: list(input, 'params', readPair),
    tags: list(input, 'tags', readPair),
    ...defined({ name: maybe('name'), modelType: maybe('model_type'), sourceRunId: maybe('source_run_id') }),
  })
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
