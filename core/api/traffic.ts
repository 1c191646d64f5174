import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { ROUTES } from '#core/contract/routes.ts'
import { callerKey } from './caller-key.ts'
import { answerRaw, unreadable } from './raw-answer.ts'
import type { RequestLog } from './request-log.ts'
import { noteOf } from './request-note.ts'
import type { Stats } from './stats.ts'

/** The requests of a server: those that are open, and what becomes of them. */
export type Traffic = {
  /** Watches a request until its connection or its answer ends; then calls back. */
  begin(request: IncomingMessage, response: ServerResponse, onEnd: () => void): void
  /** Answers what could not be read as a request. */
  refuse(error: Error, socket: Duplex): void
  /** Cuts the requests of a caller that is good no longer, save the one that says so. */
  cut(key: string): void
  /** Number of open requests. */
  open(): number
}

/** The status in log and metrics of a request whose caller went away before it was answered, as nginx has it. */
const CALLER_GONE = 499

/** Routes that end access. They have no body, so nobody can let one of them wait until it is allowed no longer. */
const ENDING: ReadonlySet<string | undefined> = new Set(
  [ROUTES.closeSession, ROUTES.revokeSession, ROUTES.revokeToken, ROUTES.renewFolderToken].map(({ path }) => path),
)

/** An upload of which nothing came for so long is cut, in milliseconds. */
const UPLOAD_IDLE_MS = 60_000

type Options = { readonly log: RequestLog; readonly stats: Stats }
type Open = { readonly request: IncomingMessage; readonly response: ServerResponse; refused?: number }

export function createTraffic({ log, stats }: Options): Traffic {
  const open = new Set<Open>()
  return {
    begin: (request, response, onEnd) => {
      const { socket } = request
      const [started, sent] = [performance.now(), socket.bytesWritten]
      const entry: Open = { request, response }
      open.add(entry)
      response.once('close', () => {
        open.delete(entry)
        const [ms, bytes] = [performance.now() - started, socket.bytesWritten - sent]
        const status = response.headersSent ? response.statusCode : (entry.refused ?? CALLER_GONE)
        const { route, isQuiet } = noteOf(request)
        stats.answered({ route, method: request.method, status, ms })
        if (!isQuiet || status >= 400) log.write(request, { status, ms, bytes })
        onEnd()
      })
    },
    refuse: (error, socket) => {
      const entry = [...open].find(({ request }) => request.socket === socket)
      // The server asks for each request once.
      if (entry !== undefined && noteOf(entry.request).isUpload && isLate(error)) {
        entry.request.socket.setTimeout(UPLOAD_IDLE_MS, () => socket.destroy())
        return
      }
      const isAnswered = entry !== undefined && (entry.request.complete || entry.response.headersSent)
      const problem = isAnswered || !socket.writable ? undefined : unreadable(error)
      if (problem === undefined) {
        socket.destroy()
        return
      }
      const bytes = answerRaw(socket, problem)
      const { status } = problem.toJSON()
      if (entry !== undefined) {
        entry.refused = status
        return
      }
      stats.answered({ route: undefined, method: undefined, status, ms: 0 })
      log.writeUnreadable({ status, ms: 0, bytes })
    },
    cut: (key) => {
      for (const { request, response } of open) {
        const { caller, route } = noteOf(request)
        if (callerKey(caller) === key && !ENDING.has(route)) response.destroy()
      }
    },
    open: () => open.size,
  }
}

/** Whether a request did not come to its end in time. */
function isLate(error: Error & { readonly code?: string }): boolean {
  return error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
}
