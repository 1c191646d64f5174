import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { openLineFile } from '#core/files/index.ts'
import { noteOf } from './request-note.ts'

const LONGEST_PATH = 512

/** How a request ended. `ms` is how long it took, `bytes` what was sent with headers. */
export type Outcome = { readonly status: number; readonly ms: number; readonly bytes: number; readonly closed?: number }

/** A line for each request, WebSocket and end of a WebSocket: no query, no header, nothing that a body said. */
export type RequestLog = Disposable & {
  /** For what came as a request; `closed` is the code with which a WebSocket was closed. */
  write(request: IncomingMessage, outcome: Outcome): void
  /** For what could not be read as a request. */
  writeUnreadable(outcome: Outcome): void
}

/** Opens `<home>/requests.log`. */
export function openRequestLog(home: string): RequestLog {
  const file = openLineFile(join(home, 'requests.log'))
  const write = (fields: object, { ms, ...rest }: Outcome) => {
    const line = { time: new Date().toISOString(), ...fields, ...rest, ms: Math.round(ms * 1_000) / 1_000 }
    file.write(`${JSON.stringify(line)}\n`)
  }
  return {
    write: (request, outcome) => {
      const { route, caller } = noteOf(request)
      const fields = { method: request.method, route: route ?? null, path: pathOf(request.url) }
      write({ ...fields, caller: caller?.kind ?? 'none' }, outcome)
    },
    writeUnreadable: (outcome) => write({ method: null, route: null, path: '', caller: 'none' }, outcome),
    [Symbol.dispose]: () => file[Symbol.dispose](),
  }
}

/** The path without its query. What could be a secret that somebody put there by mistake is left out. */
function pathOf(url = ''): string {
  if (!url.startsWith('/')) return ''
  const path = url.split(/[?#]/, 1)[0] ?? ''
  return path.slice(0, LONGEST_PATH).replaceAll(/[0-9a-f]{32,}/gi, '…')
}
