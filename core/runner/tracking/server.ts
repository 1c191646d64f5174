import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { answerRequest, failureOf, sendFailure, VERSION_PATH, WireError, type Table } from '#core/wire/index.ts'

/** Bytes of the largest call: what is kept of it is shorter yet. */
const MOST_BYTES = 2 * 2 ** 20

/** A server on the loopback. */
export type Loopback = { readonly port: number; close(): void }

/**
 * Listens on a free port of 127.0.0.1. The routes, and what HTTP needs, are loaded with the first connection: most steps
 * track nothing. Throws the error of the system.
 */
export async function listen(token: string, open: () => Table): Promise<Loopback> {
  const sockets = new Set<Socket>()
  let http: Promise<HttpServer> | undefined
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    http ??= openHttp(token, open)
    http.then(
      (answering) => answering.emit('connection', socket),
      (error: unknown) => socket.destroy(error instanceof Error ? error : new Error(String(error))),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port: 0 }, resolve)
  })
  server.unref()
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

async function openHttp(token: string, open: () => Table): Promise<HttpServer> {
  const { createServer: createHttp } = await import('node:http')
  const table = open()
  const answering = createHttp((request, response) => void answer({ table, token }, request, response))
  // a file may be long on its way, and a client keeps its connection
  answering.requestTimeout = 0
  answering.keepAliveTimeout = 0
  return answering
}

type Answering = { readonly table: Table; readonly token: string }

async function answer({ table, token }: Answering, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path, search] = splitAddress(request.url ?? '')
  try {
    if (path !== VERSION_PATH && !isAllowed(request.headers.authorization, token)) throw unauthenticated()
    const match = table(request.method ?? '', path)
    await answerRequest({ match, search, mostBytes: MOST_BYTES }, request, response)
  } catch (error) {
    const failure = failureOf(error) ?? { status: 500, errorCode: 'INTERNAL_ERROR' as const, message: bug(error) }
    sendFailure(response, failure, error instanceof WireError && error.isLast)
  }
}

function splitAddress(url: string): readonly [string, string] {
  const cut = url.indexOf('?')
  return cut === -1 ? [url, ''] : [url.slice(0, cut), url.slice(cut + 1)]
}

function bug(error: unknown): string {
  return `the step runner failed: ${error instanceof Error ? error.message : String(error)}`
}

function unauthenticated(): WireError {
  return new WireError(
    'UNAUTHENTICATED',
    'The token is missing or wrong: leave MLFLOW_TRACKING_TOKEN as the step gets it',
  )
}

/** As Bearer, or as the password of Basic. */
function isAllowed(header: string | undefined, token: string): boolean {
  const [, scheme = '', value = ''] = /^(bearer|basic) +(\S+)$/i.exec(header ?? '') ?? []
  const given =
    scheme.toLowerCase() === 'basic'
      ? Buffer.from(value, 'base64')
          .toString()
          .replace(/^[^:]*:/, '')
      : value
  return given !== '' && timingSafeEqual(hash(given), hash(token))
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
