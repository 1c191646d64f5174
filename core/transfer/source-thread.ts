import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { problemFromJson } from '#core/base/problem.ts'
import type { Item } from './item.ts'
import type { SourceJob, SourceReply } from './source-worker.ts'

/**
 * Reads a source in a thread of its own, the next part while the last one is worked on. Throws the Problem of the source,
 * and the reason of the signal; the thread is gone when the loop over it is left.
 */
export async function* readInThread(job: SourceJob, signal: AbortSignal): AsyncGenerator<readonly Item[]> {
  const worker = new Worker(new URL('./source-worker.ts', import.meta.url), { workerData: job })
  const exited = new Promise((resolve) => worker.once('exit', resolve))
  const failed = new Promise<never>((_, reject) => worker.once('error', reject))
  failed.catch(() => undefined)
  const ask = async (): Promise<SourceReply> => {
    worker.postMessage('next', [])
    const [reply] = await Promise.race([once(worker, 'message'), failed])
    return reply
  }
  try {
    for (let reply = await ask(); ;) {
      signal.throwIfAborted()
      if ('problem' in reply) throw problemFromJson(reply.problem)
      if ('bug' in reply) throw new Error(`the thread that reads the source failed by a bug: ${reply.bug}`)
      const next = reply.isLast ? undefined : ask()
      // It may fail while this part is worked on: who waits for it is told.
      next?.catch(() => undefined)
      yield reply.items
      if (next === undefined) return
      reply = await next
    }
  } finally {
    // One that is terminated while it is in SQLite can take the process with it: it ends by itself.
    worker.postMessage('end', [])
    await exited
  }
}
