import {
  defined,
  list,
  optionalBoolean,
  optionalText,
  pairOf,
  readPair,
  searchOf,
  text,
  type Answer,
  type Input,
  type JsonRoute,
  type Method,
  NOTHING,
} from '#core/wire/index.ts'
import type { Deps } from './deps.ts'
import { versionShape } from './shapes-registry.ts'
import { versionOf } from './version-number.ts'

const USUAL_VERSIONS = 10_000

type Writes = Deps['registry']['writes']

/** Versions of registered models. */
export function modelVersionRoutes({ registry, reader }: Deps): readonly JsonRoute[] {
  const { reads, writes } = registry
  return [
    { method: 'POST', path: '/model-versions/create', answer: (input) => create(writes, input) },
    {
      method: 'GET',
      path: '/model-versions/get',
      answer: (input) => ({ model_version: versionShape(reads.version(text(input, 'name'), versionOf(input))) }),
    },
    {
      method: 'GET',
      path: '/model-versions/search',
      answer: (input) => reader.read('versions', searchOf(input, USUAL_VERSIONS)),
    },
    {
      method: 'GET',
      path: '/model-versions/get-download-uri',
      answer: (input) => ({ artifact_uri: reads.downloadUri(text(input, 'name'), versionOf(input)) }),
    },
    ...changes(writes),
  ]
}

async function create(writes: Writes, input: Input): Promise<Answer> {
  const maybe = (name: string) => optionalText(input, name) || undefined
  const version = await writes.createVersion({
    name: text(input, 'name'),
    source: text(input, 'source'),
    tags: list(input, 'tags', readPair),
    ...defined({ runId: maybe('run_id'), runLink: maybe('run_link'), modelId: maybe('model_id') }),
    ...defined({ description: optionalText(input, 'description') }),
  })
  return { model_version: versionShape(version) }
}

function changes(writes: Writes): readonly JsonRoute[] {
  return [
    {
      method: 'PATCH',
      path: '/model-versions/update',
      answer: async (input) => {
        const description = optionalText(input, 'description') ?? ''
        const version = await writes.describeVersion(text(input, 'name'), versionOf(input), description)
        return { model_version: versionShape(version) }
      },
    },
    {
      method: 'POST',
      path: '/model-versions/transition-stage',
      answer: async (input) => {
        const archiveExisting = optionalBoolean(input, 'archive_existing_versions') ?? false
        const to = { stage: text(input, 'stage'), archiveExisting }
        return { model_version: versionShape(await writes.moveVersion(text(input, 'name'), versionOf(input), to)) }
      },
    },
    silent('DELETE', 'delete', async (name, version) => writes.deleteVersion(name, version)),
    silent('POST', 'set-tag', async (name, version, input) => writes.setVersionTag(name, version, pairOf(input))),
    silent('DELETE', 'delete-tag', async (name, version, input) =>
      writes.deleteVersionTag(name, version, text(input, 'key')),
    ),
  ]
}

type Work = (name: string, version: number, input: Input) => Promise<void>

/** A change of a version that answers nothing. */
function silent(method: Method, path: string, work: Work): JsonRoute {
  return {
    method,
    path: `/model-versions/${path}`,
    answer: async (input) => {
      await work(text(input, 'name'), versionOf(input), input)
      return NOTHING
    },
  }
}
