import { problemFromJson } from '#core/base/problem.ts'
import { siblingModule, startWorker } from '#core/workers/index.ts'
import type { Item } from './item.ts'
import type { SourceJob, SourceReply } from './source-worker.ts'

/**
 * Reads a source in a process of its own, the next part while the last one is worked on. Throws the Problem of the
 * source, and the reason of the signal; the process is gone when the loop over it is left.
 */
export async function* readInProcess(job: SourceJob, signal: AbortSignal): AsyncGenerator<readonly Item[]> {
  const worker = startWorker(siblingModule(import.meta.url, 'source-worker'), job)
  const died = worker.ended.then((why): SourceReply => ({ bug: `it ended (${why})` }))
  let take: (reply: SourceReply) => void = () => undefined
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the worker sends nothing else
  worker.onMessage((reply) => take(reply as SourceReply))
  const ask = (): Promise<SourceReply> => {
    const answered = new Promise<SourceReply>((resolve) => (take = resolve))
    worker.send({ kind: 'next' })
    return Promise.race([answered, died])
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
    worker.letGo()
    await worker.ended
  }
}
