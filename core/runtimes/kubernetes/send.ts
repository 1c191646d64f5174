import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { unreachable } from './problems.ts'
import type { Ready, Session } from './session.ts'

/** One request; `path` with its query, below the server's address. */
export type Call = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: object | undefined
  readonly contentType?: string
  readonly signal?: AbortSignal | undefined
}

export type Answer = {
  readonly status: number
  /** Seconds after which the server wants to be asked again. */
  readonly retryAfterS: number | undefined
  readonly body: Readable
}

/**
 * Sends a request once. Throws Problem `cluster_unreachable` where there is no connection in time, the reason of the
 * call's signal, or the error of the connection.
 */
export async function sendOnce(session: Session, ready: Ready, call: Call): Promise<Answer> {
  using limit = limitConnecting(session, call.signal)
  const { origin, base } = ready
  const sent = whenStarted(ready.dispatcher, limit.connected).request({
    origin,
    path: base + call.path,
    method: call.method,
    headers: { accept: 'application/json', 'user-agent': 'mini-submarine', ...ready.headers, ...contentType(call) },
    body: call.body === undefined ? null : JSON.stringify(call.body),
    signal: limit.signal,
  })
  const { statusCode, headers, body } = await Promise.race([sent, limit.left])
  session.heard()
  return { status: statusCode, retryAfterS: secondsOf(headers['retry-after']), body }
}

type Limit = Disposable & {
  /** Ends the request and, later, its body. */
  readonly signal: AbortSignal
  /** Rejects at once when the caller leaves or there is no connection in time, whatever the library is about. */
  readonly left: Promise<never>
  /** There is a connection. */
  readonly connected: () => void
}

function limitConnecting(session: Session, signal: AbortSignal | undefined): Limit {
  const { promise: left, reject } = Promise.withResolvers<never>()
  const late = new AbortController()
  const leave = (): void => reject(signal?.reason)
  signal?.addEventListener('abort', leave, { once: true })
  const { connectMs } = session
  const timer = setTimeout(() => {
    const problem = unreachable(session.where, `no connection within ${connectMs / 1000} s`)
    late.abort(problem)
    reject(problem)
  }, connectMs)
  return {
    signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
    left,
    connected: () => clearTimeout(timer),
    [Symbol.dispose]() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', leave)
    },
  }
}

/** The dispatcher, telling when it has a connection and the request goes out on it. */
function whenStarted(dispatcher: Dispatcher, onStart: () => void): Dispatcher {
  return dispatcher.compose((dispatch) => (options, handler) => {
    const begin = handler.onRequestStart?.bind(handler)
    handler.onRequestStart = (controller, context) => {
      onStart()
      begin?.(controller, context)
    }
    return dispatch(options, handler)
  })
}

function contentType({ body, contentType: type }: Call): Record<string, string> {
  return body === undefined ? {} : { 'content-type': type ?? 'application/json' }
}

function secondsOf(header: string | string[] | undefined): number | undefined {
  const seconds = Number(header)
  return header === undefined || !Number.isFinite(seconds) || seconds < 0 ? undefined : seconds
}
