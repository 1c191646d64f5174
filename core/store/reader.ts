import { Problem, problemFromJson } from '#core/base/problem.ts'
import { endWorker, siblingModule, startWorker, type WorkerProcess } from '#core/workers/index.ts'
import type { ReaderJob, ReadReply, ReadRequest } from './read-worker.ts'

/** How long the process is kept that nobody asks, in milliseconds. */
const IDLE_MS = 60_000

/** A read: takes what is asked, and answers what becomes JSON. What it throws and is no Problem is a bug. */
export type ReadJob = (query: never) => unknown
/** Reads by their names, of which no two modules of a reader have one in common. */
export type ReadJobs = Readonly<Record<string, ReadJob>>

/** Big reads of a database, in a process that is started for the first one and ends when nobody asked for a while. */
export type ReadProcess = AsyncDisposable & {
  /**
   * The JSON of what a job answers, as UTF-8. `query` is what can be sent to a process. Rejects with the Problem of the
   * read; with Problem `internal` where the process died: the next read starts another.
   */
  read(job: string, query: unknown): Promise<Uint8Array<ArrayBuffer>>
}

type Options = {
  /** The database, which must be there when the first read comes. */
  readonly file: string
  /** Modules that export `openJobs(db: Database): ReadJobs`, over a connection of the process. */
  readonly modules: readonly URL[]
  readonly idleMs?: number
}
type Waiting = { readonly resolve: (bytes: Uint8Array<ArrayBuffer>) => void; readonly reject: (error: Error) => void }
type Started = {
  readonly worker: WorkerProcess
  readonly waiting: Map<number, Waiting>
  idle?: NodeJS.Timeout
}

/** Reads of one database by the jobs of some modules. */
export function openReadProcess({ file, modules, idleMs = IDLE_MS }: Options): ReadProcess {
  let started: Started | undefined
  let last = 0
  const end = (ended: Started, why: string) => {
    if (started === ended) started = undefined
    if (ended.waiting.size === 0) void endWorker(ended.worker)
    else ended.worker.kill()
    failAll(ended, why)
  }
  const rest = (resting: Started) => {
    resting.idle = setTimeout(() => end(resting, 'nobody asked'), idleMs)
    resting.idle.unref()
    resting.worker.hold(false)
  }
  return {
    read: (job, query) =>
      new Promise((resolve, reject) => {
        started ??= start({ file, modules: modules.map(String) }, { rest, end })
        clearTimeout(started.idle)
        started.worker.hold(true)
        const request: ReadRequest = { id: (last += 1), job, query }
        started.waiting.set(request.id, { resolve, reject })
        started.worker.send(request)
      }),
    [Symbol.asyncDispose]: async () => {
      const open = started
      if (open === undefined) return
      end(open, 'the core stops')
      open.worker.hold(true)
      await open.worker.ended
    },
  }
}

type Events = { readonly rest: (started: Started) => void; readonly end: (started: Started, why: string) => void }

function start(job: ReaderJob, events: Events): Started {
  const worker = startWorker(siblingModule(import.meta.url, 'read-worker'), job)
  const started: Started = { worker, waiting: new Map() }
  worker.onMessage((reply) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the worker sends nothing else
    settle(started.waiting, reply as ReadReply)
    if (started.waiting.size === 0) events.rest(started)
  })
  void worker.ended.then((why) => events.end(started, why))
  return started
}

function failAll({ idle, waiting }: Started, why: string): void {
  clearTimeout(idle)
  const error = new Problem('internal', `The process that reads ended (${why}): ask again, it is started anew`)
  for (const { reject } of waiting.values()) reject(error)
  waiting.clear()
}

function settle(waiting: Map<number, Waiting>, reply: ReadReply): void {
  const asked = waiting.get(reply.id)
  waiting.delete(reply.id)
  if ('bytes' in reply) asked?.resolve(reply.bytes)
  else if ('problem' in reply) asked?.reject(problemFromJson(reply.problem))
  else asked?.reject(new Error(`a read failed by a bug: ${reply.bug}`))
}
