import { Problem } from '#core/base/problem.ts'
import type { SequencedEvent } from '#core/contract/events.ts'
import { SOCKET_PROTOCOL, SOCKET_TOKEN_PREFIX } from '#core/contract/http.ts'
import { ROUTES, SOCKETS } from '#core/contract/routes.ts'
import { patience, type Patience } from './patience.ts'
import { call } from './request.ts'
import { messagesOf } from './socket-messages.ts'
import type { ClientOptions } from './types.ts'

type Wanted = { readonly run: string; readonly from: number; readonly signal: AbortSignal | undefined }

/** See `Client.events`. */
export async function* followEvents(options: ClientOptions, wanted: Wanted): AsyncGenerator<SequencedEvent[]> {
  const { run, signal } = wanted
  const waiting = patience(options, signal)
  let next = wanted.from
  for (;;) {
    signal?.throwIfAborted()
    const messages = messagesOf(openSocket(options, run, next), signal)
    for await (const message of messages) {
      waiting.reset()
      if (message.kind === 'closed') return
      const events = SOCKETS.events.message.parse(JSON.parse(message.text)).filter((event) => event.seq >= next)
      const last = events.at(-1)
      if (last === undefined) continue
      next = last.seq + 1
      yield events
      if (last.kind === 'run.finished') return
    }
    await whyLost(options, { run, from: next, signal }, waiting)
  }
}

function openSocket(options: ClientOptions, run: string, from: number): WebSocket {
  const address = new URL(SOCKETS.events.path, options.url)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  address.searchParams.set('run', run)
  address.searchParams.set('from', String(from))
  const Socket = options.WebSocket ?? globalThis.WebSocket
  const token = options.token === undefined ? [] : [`${SOCKET_TOKEN_PREFIX}${options.token}`]
  return new Socket(address.href, [SOCKET_PROTOCOL, ...token])
}

/** A WebSocket does not say why it was refused, so the same is asked by HTTP: throws a refusal, waits out an absence. */
async function whyLost(options: ClientOptions, wanted: Wanted, waiting: Patience): Promise<void> {
  const { run, from, signal } = wanted
  try {
    await call(
      options,
      { route: ROUTES.listEvents, input: { run, from, limit: 1 } },
      signal === undefined ? {} : { signal },
    )
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'core_unreachable') throw error
    await waiting.wait(error)
    return
  }
  await waiting.wait(
    new Problem('core_unreachable', `the core at ${options.url} answers but its event stream does not: start it again`),
  )
}
