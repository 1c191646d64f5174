import type { IncomingMessage } from 'node:http'
import { Problem } from '#core/base/problem.ts'
import type { Artifacts } from '#core/tracking/index.ts'
import type { Call } from '#core/wire/index.ts'
import { hasLeft } from './artifact-send.ts'

/** Bytes that a page may send at once. */
const MOST_OF_A_PAGE = 10 * 1024 * 1024

/** Stores the body of a request as it comes and answers `{}`; a sender that leaves before its end leaves nothing. */
export async function takeArtifact(artifacts: Pick<Artifacts, 'put'>, path: string, call: Call): Promise<void> {
  await take(artifacts, path, { call, bytes: bodyOf(call.request) })
}

/** The same for what a page sends: from 1 byte to 10 MB, else Problem `tracking_invalid`. */
export async function takeSmallArtifact(artifacts: Pick<Artifacts, 'put'>, path: string, call: Call): Promise<void> {
  if (Number(call.request.headers['content-length'] ?? 0) > MOST_OF_A_PAGE) throw tooLarge()
  await take(artifacts, path, { call, bytes: smallBodyOf(call.request) })
}

type Taken = { readonly call: Call; readonly bytes: AsyncIterable<Uint8Array> }

async function take(artifacts: Pick<Artifacts, 'put'>, path: string, { call, bytes }: Taken): Promise<void> {
  try {
    await artifacts.put(path, bytes)
  } catch (error) {
    if (hasLeft(error) && call.request.destroyed) return
    // Clients that read no answer before all is sent would wait for ever, and the connection with them.
    call.request.resume()
    throw error
  }
  answerEmpty(call)
}

/** Answers `{}`. */
export function answerEmpty({ response }: Call): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 2 }).end('{}')
}

/** A body that is left before its end does not cut the connection: the refusal has still to be told. */
function bodyOf(request: IncomingMessage): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) }
}

async function* smallBodyOf(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of bodyOf(request)) {
    size += chunk.length
    if (size > MOST_OF_A_PAGE) throw tooLarge()
    yield chunk
  }
  if (size === 0) throw new Problem('tracking_invalid', 'Request must specify data.')
}

function tooLarge(): Problem {
  return new Problem('tracking_invalid', 'Artifact size is too large. Max size is 10MB.')
}
