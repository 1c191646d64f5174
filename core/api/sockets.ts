import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { Problem } from '#core/base/problem.ts'
import { SOCKET_PROTOCOL } from '#core/contract/http.ts'
import { SOCKETS } from '#core/contract/routes.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import { problemFor, type ServerLogger } from './answer-problem.ts'
import { streamEvents } from './events-socket.ts'
import { factsOf } from './facts.ts'
import { authenticate, checkPlace } from './guard.ts'
import { parse } from './read-input.ts'
import type { Sessions } from './sessions.ts'

const PING_MS = 30_000
const GOING_AWAY = 1001

export type SocketsOptions = {
  readonly service: PipelineService
  readonly sessions: Sessions
  readonly token: string
  readonly port: number
  readonly logger: ServerLogger
}

/** The WebSockets of a server. */
export type Sockets = {
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Number of open ones. */
  count(): number
  /** Tells all that the server goes away. */
  close(): void
  /** Cuts those that did not leave. */
  terminate(): void
}

export function createSockets(options: SocketsOptions): Sockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: 65_536,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
  })
  const onFault = (error: unknown) => void problemFor(error, options.logger, SOCKETS.events.path)
  const pings = setInterval(() => pingAll(server.clients), PING_MS)
  return {
    upgrade: (request, socket, head) => {
      socket.on('error', () => socket.destroy())
      try {
        const wanted = admit(options, request)
        server.handleUpgrade(request, socket, head, (client) => {
          client.on('error', () => client.terminate())
          client.on('pong', () => silent.delete(client))
          streamEvents(client, { service: options.service, ...wanted }, onFault)
        })
      } catch (error) {
        refuse(socket, problemFor(error, options.logger, request.url?.split('?')[0] ?? ''))
      }
    },
    count: () => server.clients.size,
    close: () => {
      clearInterval(pings)
      for (const client of server.clients) client.close(GOING_AWAY)
    },
    terminate: () => {
      for (const client of server.clients) client.terminate()
      server.close()
    },
  }
}

/** Sockets that have not answered the last ping. */
const silent = new WeakSet<WebSocket>()

function pingAll(clients: ReadonlySet<WebSocket>): void {
  for (const client of clients) {
    if (silent.has(client)) client.terminate()
    silent.add(client)
    client.ping()
  }
}

/** What an upgrade asks for, once it is known that it may. The run is looked up, so that an unknown one is refused. */
function admit(options: SocketsOptions, request: IncomingMessage): { readonly run: string; readonly from: number } {
  const facts = factsOf(request, true)
  checkPlace(facts, options.port)
  authenticate(facts, options.token, options.sessions)
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://core')
  if (pathname !== SOCKETS.events.path) {
    throw new Problem('not_found', `there is no WebSocket at ${pathname}: use ${SOCKETS.events.path}`)
  }
  const query = parse(SOCKETS.events.query, Object.fromEntries(searchParams))
  options.service.events(query.run, query.from, 1)
  return query
}

function refuse(socket: Duplex, problem: Problem): void {
  const json = problem.toJSON()
  const body = JSON.stringify(json)
  const lines = [
    `HTTP/1.1 ${json.status} ${STATUS_CODES[json.status] ?? ''}`,
    'Content-Type: application/problem+json',
    'X-Content-Type-Options: nosniff',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
}
