// The thread of big reads: it has a connection of its own, and makes the JSON of the answers.
import { parentPort, workerData } from 'node:worker_threads'
import { isProblem, type ProblemJson } from '#core/base/problem.ts'
import { openReadOnly, type Database } from './database.ts'
import type { ReadJob, ReadJobs } from './read-thread.ts'

/** What the thread is asked. */
export type ReadRequest = { readonly id: number; readonly job: string; readonly query: unknown }
/** What it answers: JSON as UTF-8, the Problem, or the stack of a bug. */
export type ReadReply = { readonly id: number } & (
  | { readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly problem: ProblemJson }
  | { readonly bug: string }
)
type JobModule = { readonly openJobs: (db: Database) => ReadJobs }

const port = parentPort
if (port === null) throw new Error('this file is the code of a thread')
const { file, modules }: { readonly file: string; readonly modules: readonly string[] } = workerData
const db = openReadOnly(file)
const jobs = new Map<string, ReadJob>()
for (const url of modules) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- who opened the thread says so
  const { openJobs } = (await import(url)) as JobModule
  for (const [name, job] of Object.entries(openJobs(db))) {
    if (jobs.has(name)) throw new Error(`two modules have the read ${name}`)
    jobs.set(name, job)
  }
}
const encoder = new TextEncoder()

port.on('message', (request: ReadRequest | 'end') => {
  if (request === 'end') {
    db.close()
    port.close()
  } else answer(request)
})

function answer({ id, job, query }: ReadRequest): void {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the other side pairs a job with its query
    const run = jobs.get(job) as ((query: unknown) => unknown) | undefined
    if (run === undefined) throw new Error(`there is no read ${job}`)
    const bytes = encoder.encode(JSON.stringify(run(query)))
    reply({ id, bytes }, [bytes.buffer])
  } catch (error) {
    if (isProblem(error)) reply({ id, problem: error.toJSON() })
    else reply({ id, bug: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}

function reply(message: ReadReply, moved: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, [...moved])
}
