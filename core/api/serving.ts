import type { Server as HttpServer } from 'node:http'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { Problem } from '#core/base/problem.ts'
import { openToken } from './address.ts'
import { problemResponse } from './answer-problem.ts'
import { createApp, type App } from './app.ts'
import { createHandlers } from './handlers.ts'
import { setSecurityHeaders } from './headers.ts'
import { createLimits } from './limits.ts'
import { createMetrics } from './metrics.ts'
import { openRequestLog } from './request-log.ts'
import { noteOf } from './request-note.ts'
import type { Activity, ServerOptions } from './server.ts'
import { createSessions } from './sessions.ts'
import { createSockets, type Sockets } from './sockets.ts'
import { openPage } from './static-files.ts'
import { createStats } from './stats.ts'
import { createTracking, type AnswerTracking } from './tracking.ts'
import { createTraffic, type Traffic } from './traffic.ts'

/** How long requests may go on that are open when the server closes, in milliseconds. */
const GRACE_MS = 2_000

type Place = { readonly port: number; readonly startedAt: string }
type Serving = { readonly activity: () => Activity; readonly close: () => Promise<void> }

/** Lets a server that listens answer requests and upgrades, until `close`. */
export function serve(http: HttpServer, options: ServerOptions, place: Place): Serving {
  const closing = new AbortController()
  const parts = createParts(options, place, closing.signal)
  const { traffic, sockets } = parts
  let idleSince = Date.now()
  let trackedAt = 0
  const listener = getRequestListener(parts.app.fetch, { overrideGlobalObjects: false, errorHandler: refuseRequest })
  http.on('request', (request, response) => {
    traffic.begin(request, response, () => {
      if (!request.url?.startsWith('/health')) idleSince = Date.now()
      if (closing.signal.aborted) http.closeIdleConnections()
    })
    if (parts.answerTracking(request, response)) {
      // Who may not ask does not keep the core, nor does a step, whose run does.
      const { caller } = noteOf(request)
      if (caller !== undefined && caller.kind !== 'step') trackedAt = Date.now()
      return
    }
    setSecurityHeaders(response, place.port)
    void listener(request, response)
  })
  http.on('upgrade', (request, socket, head) => {
    idleSince = Date.now()
    socket.once('close', () => (idleSince = Date.now()))
    sockets.upgrade(request, socket, head)
  })
  http.on('clientError', (error, socket) => traffic.refuse(error, socket))
  return {
    activity: () => ({ sockets: sockets.count(), requests: traffic.open(), idleSince, trackedAt }),
    close: async () => {
      closing.abort()
      await closeHttp(http, sockets)
      parts[Symbol.dispose]()
    },
  }
}

type Parts = Disposable & {
  readonly app: App
  readonly answerTracking: AnswerTracking
  readonly traffic: Traffic
  readonly sockets: Sockets
}

/** What answers, and what watches it. */
function createParts(options: ServerOptions, { port, startedAt }: Place, closing: AbortSignal): Parts {
  const { home, service, schedules, conformance, settings, prices, secrets, targets, access, version, logger } = options
  const cut = (key: string) => {
    sockets.cut(key)
    traffic.cut(key)
    sessions.cut(key)
  }
  const token = openToken(home)
  const [limits, stats, log] = [createLimits(options.limits), createStats(), openRequestLog(home)]
  const sessions = createSessions({ token, access, port })
  const { models, moves, parity, planner, tracking, transfer, clusters } = options
  const ofRuns = { service, moves, parity, planner, schedules, conformance, targets, clusters }
  const domains = { access, settings, prices, secrets, models, tracking, transfer, ...ofRuns }
  const { stepOf } = options.runTracking
  const shared = { ...domains, token, stepOf, sessions, limits, version, port, logger, closing }
  const traffic = createTraffic({ log, stats })
  const sockets = createSockets({
    ...shared,
    startedAt,
    onOutcome: (request, outcome) => {
      log.write(request, outcome)
      if (outcome.closed !== undefined) return
      stats.answered({ ...outcome, route: noteOf(request).route, method: request.method })
    },
  })
  const metrics = createMetrics({ ...shared, stats, traffic, sockets })
  const handlers = createHandlers({ ...shared, metrics, isStopping: () => closing.aborted })
  const app = createApp({ ...shared, handlers, page: openPage(options.page, port) })
  const answerTracking = createTracking({ ...shared, mlflow: options.mlflow, scopeOf: options.runTracking.scopeOf })
  const ends = [
    service.onChange((change) => stats.changed(change)),
    access.onChange((revoked) => revoked !== undefined && cut(revoked)),
  ]
  return {
    app,
    answerTracking,
    traffic,
    sockets,
    [Symbol.dispose]: () => {
      for (const end of ends) end()
      log[Symbol.dispose]()
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
  // A WebSocket tells its end a little later than its connection does, and its line in the log is still to be written.
  while (sockets.count() > 0) await nextTurn()
}

/** What cannot even be read as a request. */
function refuseRequest(): Response {
  return problemResponse(new Problem('invalid_request', 'the address or the Host header is not valid: correct it'))
}
