import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { problemFromJson } from '#core/base/problem.ts'
import { WireError } from './errors.ts'
import type { ReadJobName, ReadQuery } from './read-jobs.ts'
import type { ReadReply, ReadRequest } from './read-worker.ts'

/** Tells the thread to end; it is a module of its own that loads SQLite, so this is not imported from it. */
const END = 'end'

/** How long the thread is kept that nobody asks, in milliseconds. */
const IDLE_MS = 60_000
/** How long a thread may finish what it reads before it is ended in the middle, in milliseconds. */
const FINISH_MS = 5_000

/** Big reads, in a thread that is started for the first one and ends when nobody asked for a while. */
export type Reader = AsyncDisposable & {
  /**
   * The JSON of an answer, as UTF-8. Rejects with the Problem of the read; with WireError `INTERNAL_ERROR` where the
   * thread died, of which the next read starts another.
   */
  read<Name extends ReadJobName>(job: Name, query: ReadQuery<Name>): Promise<Uint8Array>
}

type Waiting = { readonly resolve: (bytes: Uint8Array) => void; readonly reject: (error: Error) => void }
type Thread = {
  readonly worker: Worker
  readonly waiting: Map<number, Waiting>
  readonly exited: Promise<unknown>
  idle?: NodeJS.Timeout
}

/** Reads of the database file of tracking. */
export function openReader(file: string, idleMs = IDLE_MS): Reader {
  let thread: Thread | undefined
  let last = 0
  const end = (ended: Thread, why: string) => {
    clearTimeout(ended.idle)
    if (thread === ended) thread = undefined
    const error = new WireError('INTERNAL_ERROR', `The thread that reads ended (${why}): ask again, it is started anew`)
    for (const { reject } of ended.waiting.values()) reject(error)
    ended.waiting.clear()
  }
  const start = (): Thread => {
    const worker = new Worker(new URL('./read-worker.ts', import.meta.url), { workerData: { file } })
    const exited = new Promise((resolve) => worker.once('exit', resolve))
    const started: Thread = { worker, waiting: new Map(), exited }
    worker.on('message', (reply: ReadReply) => {
      settle(started.waiting, reply)
      if (started.waiting.size > 0) return
      started.idle = setTimeout(() => {
        end(started, 'nobody asked')
        void finish(started)
      }, idleMs)
      started.idle.unref()
      worker.unref()
    })
    worker.once('error', (error) => end(started, error instanceof Error ? error.message : String(error)))
    worker.once('exit', (code) => end(started, `code ${code}`))
    return started
  }
  return {
    read: (job, query) =>
      new Promise((resolve, reject) => {
        thread ??= start()
        clearTimeout(thread.idle)
        thread.worker.ref()
        const request: ReadRequest = { id: (last += 1), job, query }
        thread.waiting.set(request.id, { resolve, reject })
        thread.worker.postMessage(request, [])
      }),
    [Symbol.asyncDispose]: async () => {
      const open = thread
      if (open === undefined) return
      end(open, 'the core stops')
      await finish(open)
    },
  }
}

/**
 * Has a thread end by itself: one that is terminated while it loads SQLite, or is in it, can take the whole process with
 * it.
 */
async function finish({ worker, exited }: Thread): Promise<void> {
  worker.postMessage(END, [])
  const isOver = await Promise.race([exited.then(() => true), sleep(FINISH_MS, false, { ref: false })])
  if (!isOver) await worker.terminate()
}

function settle(waiting: Map<number, Waiting>, reply: ReadReply): void {
  const asked = waiting.get(reply.id)
  waiting.delete(reply.id)
  if ('bytes' in reply) asked?.resolve(reply.bytes)
  else if ('problem' in reply) asked?.reject(problemFromJson(reply.problem))
  else asked?.reject(new Error(`a read failed by a bug: ${reply.bug}`))
}
