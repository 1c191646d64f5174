import {
  checkTag,
  filled,
  list,
  loggedModelShape,
  modelDraftOf,
  modelStatusOf,
  NOTHING,
  readId,
  readPair,
  searchOf,
  type Input,
  type JsonCall,
  type JsonRoute,
} from '#core/wire/index.ts'
import { Problem } from '#core/base/problem.ts'
import { modelOf, type OwnModel, type OwnModels } from './own-models.ts'
import { checkedParams, setPairs, takeRoom } from './pairs.ts'
import { elsewhere } from './refusals.ts'
import type { Tracked } from './tracked.ts'

const PATH = '/logged-models/{model_id}'

type ModelTracked = Tracked & { readonly models: OwnModels; readonly experiment: string }

/** Models that a step logs: made, changed and read. */
export function modelRoutes(tracked: ModelTracked): readonly JsonRoute[] {
  const of = ({ params }: JsonCall): OwnModel => tracked.models.get(params['model_id'] ?? '')
  const answer = (model: OwnModel): object => ({ model: loggedModelShape(modelOf(model)) })
  return [
    { method: 'POST', path: '/logged-models', answer: (input) => answer(create(tracked, input)) },
    { method: 'POST', path: '/logged-models/search', answer: (input) => search(tracked, input) },
    { method: 'GET', path: PATH, answer: (_, call) => answer(of(call)) },
    { method: 'PATCH', path: PATH, answer: (input, call) => answer(finish(tracked, of(call), input)) },
    { method: 'DELETE', path: PATH, answer: (_, call) => remove(tracked, of(call)) },
    { method: 'PATCH', path: `${PATH}/tags`, answer: (input, call) => answer(setTags(tracked, of(call), input)) },
    {
      method: 'DELETE',
      path: `${PATH}/tags/{tag_key}`,
      answer: (_, call) => removeTag(tracked, of(call), call.params['tag_key'] ?? ''),
    },
    { method: 'POST', path: `${PATH}/params`, answer: (input, call) => addParams(tracked, of(call), input) },
  ]
}

/** What a search gives where it does not say how many; a step has fewer. */
const USUAL_PAGE = 100

function create({ models, keeper, room, runs }: ModelTracked, input: Input): OwnModel {
  const draft = modelDraftOf(input)
  if (draft.sourceRunId !== undefined) runs.get(draft.sourceRunId)
  const params = checkedParams(draft.params, new Map(), '')
  const tags = draft.tags.map((tag, index) => checkTag(tag, `tags[${index}]`))
  takeRoom(room, [...params, ...tags])
  const model = models.add(draft)
  const { id, experimentId, name, modelType, sourceRunId } = model.info
  const body = { model_id: id, experiment_id: experimentId, name, model_type: modelType, source_run_id: sourceRunId }
  keeper.add({ method: 'POST', path: 'logged-models', body: { ...body, params, tags } })
  setPairs(model.params, params)
  setPairs(model.tags, tags)
  return model
}

const NAMED = /^name = '(.*)'$/s

/** By name alone: so clients look for the model of a run before they list its files. */
function search({ models, experiment }: ModelTracked, input: Input): object {
  const { filter } = searchOf(input, USUAL_PAGE)
  const name = filter === undefined ? undefined : NAMED.exec(filter)?.[1]
  const isOwn = list(input, 'experiment_ids', readId).every((id) => id === experiment)
  if (!isOwn || (filter !== undefined && name === undefined)) {
    throw elsewhere('Models are searched by the core')
  }
  const found = models.all().filter(({ info }) => name === undefined || info.name === name)
  return { models: filled(found.map((model) => loggedModelShape(modelOf(model)))) }
}

function finish({ keeper }: ModelTracked, model: OwnModel, input: Input): OwnModel {
  const status = modelStatusOf(input)
  if (status !== 'LOGGED_MODEL_READY' && status !== 'LOGGED_MODEL_UPLOAD_FAILED') {
    const message = 'Invalid value for status: It must be one of LOGGED_MODEL_READY, LOGGED_MODEL_UPLOAD_FAILED'
    throw new Problem('tracking_invalid', message)
  }
  keeper.add({ method: 'PATCH', path: `logged-models/${model.info.id}`, body: { status } })
  return Object.assign(model, { status, updatedAt: Date.now() })
}

function remove({ keeper, models }: ModelTracked, { info }: OwnModel): object {
  keeper.add({ method: 'DELETE', path: `logged-models/${info.id}`, body: {} })
  models.remove(info.id)
  return NOTHING
}

function setTags({ keeper, room }: ModelTracked, model: OwnModel, input: Input): OwnModel {
  const tags = list(input, 'tags', readPair).map((tag, index) => checkTag(tag, `tags[${index}]`))
  takeRoom(room, tags)
  keeper.add({ method: 'PATCH', path: `logged-models/${model.info.id}/tags`, body: { tags } })
  setPairs(model.tags, tags)
  return Object.assign(model, { updatedAt: Date.now() })
}

function removeTag({ keeper }: ModelTracked, { info, tags }: OwnModel, key: string): object {
  if (!tags.has(key)) throw new Problem('not_found', `No tag with key '${key}' for model with ID '${info.id}'.`)
  keeper.add({ method: 'DELETE', path: `logged-models/${info.id}/tags/${encodeURIComponent(key)}`, body: {} })
  tags.delete(key)
  return NOTHING
}

function addParams({ keeper, room }: ModelTracked, model: OwnModel, input: Input): object {
  const params = checkedParams(list(input, 'params', readPair), model.params, '')
  takeRoom(room, params)
  keeper.add({ method: 'POST', path: `logged-models/${model.info.id}/params`, body: { params } })
  setPairs(model.params, params)
  return NOTHING
}
