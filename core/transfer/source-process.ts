import { once } from 'node:events'
import { problemFromJson } from '#core/base/problem.ts'
import { startWorker } from '#core/store/index.ts'
import type { Item } from './item.ts'
import type { SourceJob, SourceReply } from './source-worker.ts'

/**
 * Reads a source in a process of its own, the next part while the last one is worked on. Throws the Problem of the
 * source, and the reason of the signal; the process is gone when the loop over it is left.
 */
export async function* readInProcess(job: SourceJob, signal: AbortSignal): AsyncGenerator<readonly Item[]> {
  const { child, ended, send } = startWorker(new URL('./source-worker.ts', import.meta.url), job)
  const died = ended.then((why): SourceReply => ({ bug: `it ended (${why})` }))
  const ask = async (): Promise<SourceReply> => {
    send({ kind: 'next' })
    const [reply] = (await Promise.race([once(child, 'message'), died.then((it) => [it])])) as [SourceReply]
    return reply
  }
  try {
    for (let reply = await ask(); ;) {
      signal.throwIfAborted()
      if ('problem' in reply) throw problemFromJson(reply.problem)
      if ('bug' in reply) throw new Error(`the process that reads the source failed by a bug: ${reply.bug}`)
      const next = reply.isLast ? undefined : ask()
      // It may fail while this part is worked on: who waits for it is told.
      next?.catch(() => undefined)
      yield reply.items
      if (next === undefined) return
      reply = await next
    }
  } finally {
    // It removes what it made, and ends by itself.
    if (child.connected) child.disconnect()
    await ended
  }
}
