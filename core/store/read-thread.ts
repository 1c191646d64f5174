import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { Problem, problemFromJson } from '#core/base/problem.ts'
import type { ReadReply, ReadRequest } from './read-worker.ts'

/** Tells the thread to end; it is a module of its own that loads SQLite, so this is not imported from it. */
const END = 'end'

/** How long the thread is kept that nobody asks, in milliseconds. */
const IDLE_MS = 60_000
/** How long a thread may finish what it reads before it is ended in the middle, in milliseconds. */
const FINISH_MS = 5_000

/** A read: takes what is asked, and answers what becomes JSON. What it throws and is no Problem is a bug. */
export type ReadJob = (query: never) => unknown
/** Reads by their names, of which no two modules of a thread have one in common. */
export type ReadJobs = Readonly<Record<string, ReadJob>>

/** Big reads of a database, in a thread that is started for the first one and ends when nobody asked for a while. */
export type ReadThread = AsyncDisposable & {
  /**
   * The JSON of what a job answers, as UTF-8. `query` is what can be sent to a thread. Rejects with the Problem of the
   * read; with Problem `internal` where the thread died, of which the next read starts another.
   */
  read(job: string, query: unknown): Promise<Uint8Array<ArrayBuffer>>
}

type Options = {
  /** The database, which must be there when the first read comes. */
  readonly file: string
  /** Modules that export `openJobs(db: Database): ReadJobs`, over a connection of the thread. */
  readonly modules: readonly URL[]
  readonly idleMs?: number
}
type Waiting = { readonly resolve: (bytes: Uint8Array<ArrayBuffer>) => void; readonly reject: (error: Error) => void }
type Thread = {
  readonly worker: Worker
  readonly waiting: Map<number, Waiting>
  readonly exited: Promise<unknown>
  idle?: NodeJS.Timeout
}

/** Reads of one database by the jobs of some modules. */
export function openReadThread({ file, modules, idleMs = IDLE_MS }: Options): ReadThread {
  let thread: Thread | undefined
  let last = 0
  const end = (ended: Thread, why: string) => {
    if (thread === ended) thread = undefined
    failAll(ended, why)
  }
  const rest = (resting: Thread) => {
    resting.idle = setTimeout(() => {
      end(resting, 'nobody asked')
      void finish(resting)
    }, idleMs)
    resting.idle.unref()
    resting.worker.unref()
  }
  return {
    read: (job, query) =>
      new Promise((resolve, reject) => {
        thread ??= start({ file, modules: modules.map(String) }, { rest, end })
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
      // Whoever waits for the end is kept until it is there.
      open.worker.ref()
      await finish(open)
    },
  }
}

type Events = { readonly rest: (thread: Thread) => void; readonly end: (thread: Thread, why: string) => void }

function start(workerData: { readonly file: string; readonly modules: readonly string[] }, events: Events): Thread {
  const worker = new Worker(new URL('./read-worker.ts', import.meta.url), { workerData })
  const exited = new Promise((resolve) => worker.once('exit', resolve))
  const started: Thread = { worker, waiting: new Map(), exited }
  worker.on('message', (reply: ReadReply) => {
    settle(started.waiting, reply)
    if (started.waiting.size === 0) events.rest(started)
  })
  worker.once('error', (error) => events.end(started, error instanceof Error ? error.message : String(error)))
  worker.once('exit', (code) => events.end(started, `code ${code}`))
  return started
}

function failAll({ idle, waiting }: Thread, why: string): void {
  clearTimeout(idle)
  const error = new Problem('internal', `The thread that reads ended (${why}): ask again, it is started anew`)
  for (const { reject } of waiting.values()) reject(error)
  waiting.clear()
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
