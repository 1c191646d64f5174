import {
  defined,
  list,
  optionalText,
  pairOf,
  readPair,
  searchOf,
  text,
  type Answer,
  type Input,
  type JsonRoute,
  type Method,
  filled,
  readText,
  NOTHING,
} from '#core/wire/index.ts'
import type { Deps } from './deps.ts'
import { registeredModelShape, versionShape } from './shapes-registry.ts'
import { versionOf } from './version-number.ts'

const USUAL_MODELS = 100

type Registry = Deps['registry']

/** Registered models. */
export function registeredModelRoutes({ registry, reader }: Deps): readonly JsonRoute[] {
  const { reads, writes } = registry
  const latest = (input: Input): Answer => {
    const found = reads.latestVersions(text(input, 'name'), list(input, 'stages', readText))
    return { model_versions: filled(found.map(versionShape)) }
  }
  return [
    { method: 'POST', path: '/registered-models/create', answer: (input) => create(writes, input) },
    {
      method: 'GET',
      path: '/registered-models/get',
      answer: (input) => ({ registered_model: registeredModelShape(reads.model(text(input, 'name'))) }),
    },
    {
      method: 'GET',
      path: '/registered-models/search',
      answer: (input) => reader.read('models', searchOf(input, USUAL_MODELS)),
    },
    { method: 'POST', path: '/registered-models/get-latest-versions', answer: latest },
    { method: 'GET', path: '/registered-models/get-latest-versions', answer: latest },
    ...changes(writes),
    ...aliases(registry),
  ]
}

async function create(writes: Registry['writes'], input: Input): Promise<Answer> {
  const model = await writes.createModel({
    name: text(input, 'name'),
    tags: list(input, 'tags', readPair),
    ...defined({ description: optionalText(input, 'description') }),
  })
  return { registered_model: registeredModelShape(model) }
}

function changes(writes: Registry['writes']): readonly JsonRoute[] {
  return [
    {
      method: 'PATCH',
      path: '/registered-models/update',
      answer: async (input) => {
        const model = await writes.describeModel(text(input, 'name'), optionalText(input, 'description') ?? '')
        return { registered_model: registeredModelShape(model) }
      },
    },
    {
      method: 'POST',
      path: '/registered-models/rename',
      answer: async (input) => {
        const model = await writes.renameModel(text(input, 'name'), text(input, 'new_name'))
        return { registered_model: registeredModelShape(model) }
      },
    },
    silent('DELETE', 'delete', async (name) => writes.deleteModel(name)),
    silent('POST', 'set-tag', async (name, input) => writes.setModelTag(name, pairOf(input))),
    silent('DELETE', 'delete-tag', async (name, input) => writes.deleteModelTag(name, text(input, 'key'))),
  ]
}

function aliases({ reads, writes }: Registry): readonly JsonRoute[] {
  return [
    silent('POST', 'alias', async (name, input) => writes.setAlias(name, text(input, 'alias'), versionOf(input))),
    silent('DELETE', 'alias', async (name, input) => writes.deleteAlias(name, text(input, 'alias'))),
    {
      method: 'GET',
      path: '/registered-models/alias',
      answer: (input) => {
        const found = reads.versionByAlias(text(input, 'name'), text(input, 'alias'))
        return { model_version: versionShape(found) }
      },
    },
  ]
}

/** A change of a registered model that answers nothing. */
function silent(method: Method, path: string, work: (name: string, input: Input) => Promise<void>): JsonRoute {
  return {
    method,
    path: `/registered-models/${path}`,
    answer: async (input) => {
      await work(text(input, 'name'), input)
      return NOTHING
    },
  }
}
