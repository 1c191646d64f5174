import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { Problem } from '#core/base/problem.ts'
import {
  artifactBelow,
  artifactPath,
  artifactRoot,
  decodePath,
  listedShape,
  optionalText,
  runId,
  type Call,
  type JsonCall,
  type Route,
} from '#core/wire/index.ts'
import type { OwnFiles } from './own-files.ts'
import type { OwnModels } from './own-models.ts'
import { elsewhere } from './refusals.ts'
import type { Tracked } from './tracked.ts'

type FileTracked = Tracked & { readonly models: OwnModels; readonly files: OwnFiles; readonly experiment: string }

/** Files of the step's own runs and models. */
export function artifactRoutes(tracked: FileTracked): readonly Route[] {
  const path = '/artifacts/{path+}'
  const pathOf = (call: JsonCall): string => ownPath(tracked, decodePath(call.params['path'] ?? ''))
  return [
    { base: 'artifacts', method: 'PUT', path, send: (call) => take(tracked, pathOf(call), call) },
    { base: 'artifacts', method: 'GET', path, send: (call) => send(tracked, pathOf(call), call) },
    { base: 'artifacts', method: 'DELETE', path, answer: (_, call) => remove(tracked, pathOf(call)) },
    {
      base: 'artifacts',
      method: 'GET',
      path: '/artifacts',
      answer: (input) => {
        const folder = ownPath(tracked, optionalText(input, 'path') ?? '')
        return listedShape(tracked.files.list(folder), '')
      },
    },
    ...listRoutes(tracked),
  ]
}

function listRoutes({ runs, models, files }: FileTracked): readonly Route[] {
  const list = (uri: string, path: string): object => {
    const folder = artifactBelow('', path)
    return { root_uri: uri, ...listedShape(files.list(artifactBelow(artifactRoot(uri), folder)), folder) }
  }
  return [
    {
      method: 'GET',
      path: '/artifacts/list',
      answer: (input) => list(runs.get(runId(input)).info.artifactUri, optionalText(input, 'path') ?? ''),
    },
    {
      method: 'GET',
      path: '/logged-models/{model_id}/artifacts/directories',
      answer: (input, { params }) =>
        list(
          models.get(params['model_id'] ?? '').info.artifactUri,
          optionalText(input, 'artifact_directory_path') ?? '',
        ),
    },
  ]
}

/** A path that leads below a run or model of the step: `3/RUN/artifacts/…`, `3/models/MODEL/artifacts/…`. */
function ownPath({ runs, models, experiment }: FileTracked, given: string): string {
  const path = artifactPath(given)
  const [first, second = '', third = '', fourth] = path.split('/')
  const isModel = second === 'models'
  if (first !== experiment || (isModel ? fourth : third) !== 'artifacts') {
    throw elsewhere(`The path '${path.slice(0, 100)}' is not one of this step`)
  }
  if (isModel) models.get(third)
  else runs.get(second)
  return path
}

async function take({ files, keeper }: FileTracked, path: string, { request, response }: Call): Promise<void> {
  try {
    const { sha256, size } = await files.put(path, bodyOf(request))
    const body = { file: sha256, size, sha256 }
    keeper.artifact({ at: Date.now(), method: 'PUT', path: `artifacts/${path}`, body })
  } catch (error) {
    // a client that reads no answer before all is sent would wait for ever
    request.resume()
    throw error
  }
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 2 }).end('{}')
}

/** A body that is left before its end does not cut the connection: the refusal has still to be told. */
function bodyOf(request: IncomingMessage): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) }
}

async function send({ files }: FileTracked, path: string, { request, response }: Call): Promise<void> {
  const found = files.get(path)
  if (found === undefined) throw new Problem('not_found', `There is no artifact '${path}' that this step has logged`)
  response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': found.size })
  if (request.method === 'HEAD') return void response.end()
  await pipeline(found.bytes(), response)
}

function remove({ files, keeper }: FileTracked, path: string): object {
  const gone = files.remove(path)
  if (gone.length === 0) throw new Problem('not_found', `There is no artifact '${path}' that this step has logged`)
  for (const it of gone) keeper.artifact({ at: Date.now(), method: 'DELETE', path: `artifacts/${it}` })
  return {}
}
