import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { Problem } from '#core/base/problem.ts'
import { headersOf } from './answer-problem.ts'

/** How long a caller has to read such an answer, in milliseconds, before the connection is cut. */
const LINGER_MS = 2_000

/** Answers with a Problem on a connection that has no response object, and ends it. Returns the bytes of the answer. */
export function answerRaw(socket: Duplex, problem: Problem): number {
  const json = problem.toJSON()
  const body = JSON.stringify(json)
  const headers = {
    'Content-Type': 'application/problem+json',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    'Content-Length': String(Buffer.byteLength(body)),
    ...headersOf(problem),
    Connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const text = `HTTP/1.1 ${json.status} ${STATUS_CODES[json.status] ?? ''}\r\n${lines.join('')}\r\n${body}`
  socket.end(text)
  const cut = setTimeout(() => socket.destroy(), LINGER_MS)
  cut.unref()
  socket.once('close', () => clearTimeout(cut))
  return Buffer.byteLength(text)
}

/** The Problem of what the HTTP parser did not take; undefined where nobody is there to be told. */
export function unreadable(error: Error & { readonly code?: string }): Problem | undefined {
  switch (error.code) {
    case 'ECONNRESET':
    case 'EPIPE':
    // It ended in the middle.
    case 'HPE_INVALID_EOF_STATE':
      return undefined
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('headers_too_large', 'the address and the headers have more than 32 KiB: send less')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('request_timeout', 'the request did not come to its end in time: send it in one go')
    default:
      return new Problem('invalid_request', 'this is not HTTP/1.1: correct it')
  }
}
