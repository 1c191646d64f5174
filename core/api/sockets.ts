import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { Problem } from '#core/base/problem.ts'
import { SOCKET_PROTOCOL } from '#core/contract/http.ts'
import { SOCKETS } from '#core/contract/routes.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import type { Caller } from '#core/teams/index.ts'
import { admit, type AdmitOptions } from './admit.ts'
import { problemFor, type ServerLogger } from './answer-problem.ts'
import { callerKey } from './caller-key.ts'
import { streamChanges, type ChangeSources } from './changes-socket.ts'
import { streamEvents } from './events-socket.ts'
import { answerRaw } from './raw-answer.ts'
import { parse } from './read-input.ts'
import type { Outcome } from './request-log.ts'
import { noteOf } from './request-note.ts'

const PING_MS = 30_000
const GOING_AWAY = 1001
/** Close code for a caller whose session or token is good no longer. */
const NOT_AUTHORISED = 4401
/** How long a caller that is cut off may take to say goodbye, in milliseconds. */
const GOODBYE_MS = 1_000

type Kind = keyof typeof SOCKETS

export type SocketsOptions = AdmitOptions &
  ChangeSources & {
    readonly service: PipelineService
    readonly version: string
    readonly startedAt: string
    readonly logger: ServerLogger
    /** Told of each upgrade that was answered, and of each WebSocket that has ended. */
    readonly onOutcome: (request: IncomingMessage, outcome: Outcome) => void
  }

/** The WebSockets of a server. */
export type Sockets = {
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Number of open ones. */
  count(): number
  countByKind(): Readonly<Record<Kind, number>>
  /** Bytes that wait for slow readers, of all together. */
  waitingBytes(): number
  /** Closes those of a caller that is good no longer. */
  cut(key: string): void
  /** Tells all that the server goes away. */
  close(): void
  /** Cuts those that did not leave. */
  terminate(): void
}

/** An upgrade that may be. */
type Opening = {
  readonly kind: Kind
  readonly caller: Caller | undefined
  readonly begin: (client: WebSocket) => void
}

export function createSockets(options: SocketsOptions): Sockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: 65_536,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
  })
  const open = new Map<WebSocket, Opening>()
  const pings = setInterval(() => {
    pingAll(server.clients)
    for (const [client, { caller }] of open) {
      if (caller?.kind === 'session' && Date.parse(caller.expiresAt) < Date.now()) cutOff(client)
    }
  }, PING_MS)
  server.on('wsClientError', (error, socket, request) => {
    const problem = new Problem('invalid_request', `this is no WebSocket handshake (${error.message}): correct it`)
    refuse(options, { request, socket, problem, started: performance.now() })
  })
  return {
    upgrade: (request, socket, head) => {
      const started = performance.now()
      socket.on('error', () => socket.destroy())
      try {
        const opening = admitUpgrade(options, request)
        socket.once('close', options.limits.holdSocket(opening.caller))
        server.handleUpgrade(request, socket, head, (client) => {
          open.set(client, opening)
          client.once('close', () => open.delete(client))
          watch(options, { request, socket, client, started })
          opening.begin(client)
        })
      } catch (error) {
        const problem = problemFor(error, options.logger, request.url?.split('?')[0] ?? '')
        refuse(options, { request, socket, problem, started })
      }
    },
    count: () => open.size,
    countByKind: () => {
      const counts: Record<Kind, number> = { events: 0, changes: 0 }
      for (const { kind } of open.values()) counts[kind] += 1
      return counts
    },
    waitingBytes: () => [...open.keys()].reduce((sum, client) => sum + client.bufferedAmount, 0),
    cut: (key) => {
      for (const [client, { caller }] of open) {
        if (callerKey(caller) === key) cutOff(client)
      }
    },
    close: () => {
      clearInterval(pings)
      for (const client of open.keys()) client.close(GOING_AWAY)
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

/** What an upgrade asks for, once it is known that it may. A run is looked up, so that an unknown one is refused. */
function admitUpgrade(options: SocketsOptions, request: IncomingMessage): Opening {
  const caller = admit(options, request, { isUpgrade: true, isOpen: false, isCounted: true, whileClosing: false })
  const { pathname, searchParams } = URL.parse(request.url ?? '/', 'http://core') ?? new URL('http://core')
  const query = Object.fromEntries(searchParams)
  if (pathname === SOCKETS.changes.path) {
    noteOf(request).route = SOCKETS.changes.path
    parse(SOCKETS.changes.query, query)
    const { version, startedAt } = options
    return {
      kind: 'changes',
      caller,
      begin: (client) => streamChanges(client, options, { kind: 'hello', version, startedAt }),
    }
  }
  if (pathname === SOCKETS.events.path) {
    noteOf(request).route = SOCKETS.events.path
    const wanted = parse(SOCKETS.events.query, query)
    options.service.events(wanted.run, wanted.from, 1)
    const onFault = (error: unknown) => void problemFor(error, options.logger, SOCKETS.events.path)
    return {
      kind: 'events',
      caller,
      begin: (client) => streamEvents(client, { service: options.service, ...wanted }, onFault),
    }
  }
  const paths = Object.values(SOCKETS).map(({ path }) => path)
  throw new Problem('not_found', `there is no WebSocket at ${pathname}: use ${paths.join(' or ')}`)
}

type Watched = {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly client: WebSocket
  readonly started: number
}

function watch(options: SocketsOptions, { request, socket, client, started }: Watched): void {
  const sent = () => ('bytesWritten' in socket ? Number(socket.bytesWritten) : 0)
  options.onOutcome(request, { status: 101, ms: performance.now() - started, bytes: sent() })
  client.on('error', () => client.terminate())
  client.on('pong', () => silent.delete(client))
  client.once('close', (closed) => {
    options.onOutcome(request, { status: 101, ms: performance.now() - started, bytes: sent(), closed })
  })
}

type Refused = {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly problem: Problem
  readonly started: number
}

function refuse(options: SocketsOptions, { request, socket, problem, started }: Refused): void {
  const bytes = answerRaw(socket, problem)
  options.onOutcome(request, { status: problem.toJSON().status, ms: performance.now() - started, bytes })
}

function cutOff(client: WebSocket): void {
  client.close(NOT_AUTHORISED)
  const timer = setTimeout(() => client.terminate(), GOODBYE_MS)
  client.once('close', () => clearTimeout(timer))
}
