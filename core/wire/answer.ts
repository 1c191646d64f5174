import type { IncomingMessage, ServerResponse } from 'node:http'
import { failureBody, WireError, type Failure } from './errors.ts'
import { readInput, readQuery } from './read-request.ts'
import type { Answer, Input, JsonCall, Route } from './route.ts'
import { paramsOf, type Match } from './table.ts'

/**
 * Headers of JSON to programs, of which there is much: no browser takes it for a page, and one that shows it all the same
 * runs nothing and loads nothing.
 */
const GUARD = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
}

/** The answer of what answers nothing, which is `{}`: of calls that change something alone. */
export const NOTHING: object = {}

/** What a request asks for. */
export type Asked = {
  /** Undefined where no route takes it. */
  readonly match: Match | undefined
  /** What stands behind `?`. */
  readonly search: string
  /** Bytes of the largest JSON body that is read; 64 MiB where absent. */
  readonly mostBytes?: number
  /** Looks at what a caller asks who may not ask all: returns it, perhaps completed, or throws. */
  readonly admit?: ((asked: Admitted) => Input) | undefined
}

/** What a call asks for, of a route that reads its request by itself as its query says. */
export type Admitted = JsonCall & { readonly route: Route; readonly input: Input }

/** Answers by a route. Rejects with what the route throws: then nothing was answered, save where it sends by itself. */
export async function answerRequest(
  { match, search, mostBytes, admit }: Asked,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (match === undefined) {
    throw new WireError('ENDPOINT_NOT_FOUND', `There is nothing for ${request.method ?? ''} at this address`)
  }
  const call = { request, response, params: paramsOf(match), search }
  const { route } = match
  if ('send' in route) {
    admit?.({ route, input: readQuery(search), params: call.params, search })
    return route.send(call)
  }
  const input = await readInput(request, search, mostBytes)
  const admitted = admit === undefined ? input : admit({ route, input, params: call.params, search })
  sendJson(response, await route.answer(admitted, call))
}

function sendJson(response: ServerResponse, value: Answer): void {
  if (value === NOTHING) return sendNothing(response)
  const body = value instanceof Uint8Array ? value : JSON.stringify(value)
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  response.writeHead(200, { ...GUARD, 'Content-Type': 'application/json', 'Content-Length': length })
  response.end(body)
}

/**
 * Programs wait for such an answer after each point that they log, and MLflow's client reads a header in 7 µs. So none is
 * there that HTTP/1.1 does not want: what says nothing needs no guard.
 */
function sendNothing(response: ServerResponse): void {
  // Since HTTP/1.1 connections are kept unless one says otherwise.
  if (response.shouldKeepAlive && response.req.httpVersionMinor === 1) response.removeHeader('Connection')
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 2 })
  response.end('{}')
}

/** Answers with an error body, or cuts an answer that has begun. `isLast`: the connection ends with it. */
export function sendFailure(response: ServerResponse, failure: Failure, isLast: boolean): void {
  if (response.headersSent) return void response.destroy()
  if (response.destroyed) return
  const body = failureBody(failure)
  response.writeHead(failure.status, {
    ...GUARD,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...(isLast ? { Connection: 'close' } : {}),
  })
  response.end(body)
}
