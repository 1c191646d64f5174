import { Problem } from '#core/base/problem.ts'
import type { SequencedEvent } from '#core/contract/events.ts'
import { ROUTES, SOCKETS } from '#core/contract/routes.ts'
import { openSocket } from './open-socket.ts'
import { isAbsence, patience, type Patience } from './patience.ts'
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
    const messages = messagesOf(openSocket(options, SOCKETS.events.path, { run, from: next }), signal)
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
    if (!(error instanceof Problem) || !isAbsence(error)) throw error
    await waiting.wait(error)
    return
  }
  await waiting.wait(
    new Problem('core_unreachable', `the core at ${options.url} answers but its event stream does not: start it again`),
  )
}
