import { isProblem, Problem } from '#core/base/problem.ts'
import type { ChangeView } from '#core/contract/changes.ts'
import { ROUTES, SOCKETS } from '#core/contract/routes.ts'
import { openSocket } from './open-socket.ts'
import { isAbsence, patience, type Patience } from './patience.ts'
import { call } from './request.ts'
import { messagesOf } from './socket-messages.ts'
import type { ChangesOptions, ClientOptions } from './types.ts'

/** See `Client.changes`. */
export async function* followChanges(
  options: ClientOptions,
  { signal, onState }: ChangesOptions,
): AsyncGenerator<ChangeView[]> {
  const waiting = patience({ ...options, reconnectMs: Number.POSITIVE_INFINITY }, signal)
  for (;;) {
    signal?.throwIfAborted()
    onState?.('connecting')
    for await (const message of messagesOf(openSocket(options, SOCKETS.changes.path, {}), signal)) {
      if (message.kind === 'closed') break
      waiting.reset()
      const changes = SOCKETS.changes.message.parse(JSON.parse(message.text))
      if (changes[0]?.kind === 'hello') onState?.('open')
      yield changes
    }
    await whyLost(options, waiting, signal)
  }
}

/** A WebSocket does not say why it was refused, so the core is asked by HTTP: throws a refusal, waits out the rest. */
async function whyLost(options: ClientOptions, waiting: Patience, signal: AbortSignal | undefined): Promise<void> {
  try {
    await call(options, { route: ROUTES.showSession, input: {} }, signal === undefined ? {} : { signal })
  } catch (error) {
    // One who came with a token has no session, and is told so only when the token is good.
    if (!isProblem(error) || (error.code !== 'not_found' && !isAbsence(error))) throw error
  }
  await waiting.wait(new Problem('core_unreachable', `the core at ${options.url} tells no changes: start it again`))
}
