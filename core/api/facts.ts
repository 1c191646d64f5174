import type { IncomingMessage } from 'node:http'
import { CSRF_HEADER } from '#core/contract/http.ts'

/** What a request or an upgrade says about where it comes from. */
export type Facts = {
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly fetchSite: string | undefined
  readonly authorization: string | undefined
  readonly cookie: string | undefined
  readonly csrf: string | undefined
  /** Subprotocols that a WebSocket offers. */
  readonly protocols: readonly string[]
  /** GET and HEAD change nothing. */
  readonly isSafe: boolean
  readonly isUpgrade: boolean
}

export function factsOf(request: IncomingMessage, isUpgrade: boolean): Facts {
  const header = (name: string) => {
    const value = request.headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }
  return {
    host: header('host'),
    origin: header('origin'),
    fetchSite: header('sec-fetch-site'),
    authorization: header('authorization'),
    cookie: header('cookie'),
    csrf: header(CSRF_HEADER),
    protocols: isUpgrade ? (header('sec-websocket-protocol') ?? '').split(',').map((name) => name.trim()) : [],
    isSafe: request.method === 'GET' || request.method === 'HEAD',
    isUpgrade,
  }
}
