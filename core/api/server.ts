import { createServer, type Server as HttpServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { Problem } from '#core/base/problem.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import { openToken, readAddress, writeAddress } from './address.ts'
import { problemResponse, type ServerLogger } from './answer-problem.ts'
import { createApp } from './app.ts'
import { createHandlers } from './handlers.ts'
import { setSecurityHeaders } from './headers.ts'
import { createSessions } from './sessions.ts'
import { createSockets, type Sockets } from './sockets.ts'

/** How long requests may go on that are open when the server closes. */
const GRACE_MS = 2_000
const LOOPBACK = '127.0.0.1'

export type ServerOptions = {
  /** The data folder, which this process has the lock of. */
  readonly home: string
  /** The port to use from now on; where absent the one in `address.json`, and at first one that is free. */
  readonly port?: number
  readonly service: PipelineService
  readonly version: string
  readonly logger: ServerLogger
}

export type Server = {
  readonly url: string
  readonly port: number
  /** What the server does for others; `idleSince` is when the last request ended, in epoch milliseconds. */
  activity(): { readonly sockets: number; readonly requests: number; readonly idleSince: number }
  /** Takes no new requests, gives open ones two seconds, and frees the port. */
  close(): Promise<void>
}

/**
 * Serves the interface on 127.0.0.1 and writes the address into the data folder. Throws Problem `port_taken` where
 * another program has the port.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { home, version } = options
  const http = createServer()
  const port = await listen(http, options.port ?? readAddress(home)?.port ?? 0)
  const url = `http://${LOOPBACK}:${port}`
  const activity = serve(http, options, port)
  const address = { url, port, version, startedAt: new Date().toISOString() }
  writeAddress(home, { ...address, pid: process.pid })
  return {
    url,
    port,
    activity: activity.read,
    close: async () => {
      await activity.close()
      writeAddress(home, { ...address, pid: null })
    },
  }
}

type Serving = { readonly read: Server['activity']; readonly close: () => Promise<void> }

function serve(http: HttpServer, { home, service, version, logger }: ServerOptions, port: number): Serving {
  const closing = new AbortController()
  const token = openToken(home)
  const sessions = createSessions({ token, port })
  const handlers = createHandlers({ service, sessions, version, isStopping: () => closing.signal.aborted })
  const app = createApp({ handlers, sessions, token, port, logger, closing: closing.signal })
  const sockets = createSockets({ service, sessions, token, port, logger })
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false, errorHandler: refuseRequest })
  let requests = 0
  let idleSince = Date.now()
  http.on('request', (request, response) => {
    setSecurityHeaders(response, port)
    requests += 1
    response.once('close', () => {
      requests -= 1
      if (!request.url?.startsWith('/health')) idleSince = Date.now()
      if (closing.signal.aborted) http.closeIdleConnections()
    })
    void listener(request, response)
  })
  http.on('upgrade', (request, socket, head) => {
    idleSince = Date.now()
    socket.once('close', () => (idleSince = Date.now()))
    sockets.upgrade(request, socket, head)
  })
  return {
    read: () => ({ sockets: sockets.count(), requests, idleSince }),
    close: async () => {
      closing.abort()
      await closeHttp(http, sockets)
    },
  }
}

async function closeHttp(http: HttpServer, sockets: Sockets): Promise<void> {
  const closed = new Promise<void>((resolve) => http.close(() => resolve()))
  sockets.close()
  const grace = new AbortController()
  await Promise.race([closed, sleep(GRACE_MS, undefined, { signal: grace.signal })])
  grace.abort()
  sockets.terminate()
  http.closeAllConnections()
  await closed
}

/** What cannot even be read as a request. */
function refuseRequest(): Response {
  return problemResponse(new Problem('invalid_request', 'the address or the Host header is not valid: correct it'))
}

async function listen(http: HttpServer, port: number): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject)
      http.listen({ host: LOOPBACK, port, exclusive: true }, resolve)
    })
  } catch (cause) {
    throw portProblem(port, cause)
  }
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

function portProblem(port: number, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  const fix = 'choose another with `minisub serve --port N`, which then is kept'
  if (code === 'EADDRINUSE')
    return new Problem('port_taken', `port ${port} is used by another program: ${fix}`, { cause })
  if (code === 'EACCES') return new Problem('port_taken', `port ${port} may not be used by you: ${fix}`, { cause })
  return cause
}
