// The process of big reads: it has a connection of its own, and makes the JSON of the answers.
import { isProblem, type ProblemJson } from '#core/base/problem.ts'
import { serveParent } from '#core/workers/index.ts'
import { openReadOnly, type Database } from './database.ts'
import type { ReadJob, ReadJobs } from './reader.ts'

/** What the process reads, and by what: modules that export `openJobs`. */
export type ReaderJob = { readonly file: string; readonly modules: readonly string[] }
/** What it is asked. */
export type ReadRequest = { readonly id: number; readonly job: string; readonly query: unknown }
/** What it answers: JSON as UTF-8, the Problem, or the stack of a bug. */
export type ReadReply = { readonly id: number } & (
  | { readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly problem: ProblemJson }
  | { readonly bug: string }
)
type JobModule = { readonly openJobs: (db: Database) => ReadJobs }

const { job, tell, onMessage } = await serveParent<ReaderJob>()
const db = openReadOnly(job.file)
const jobs = new Map<string, ReadJob>()
for (const url of job.modules) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- who opened the process says so
  const { openJobs } = (await import(url)) as JobModule
  for (const [name, read] of Object.entries(openJobs(db))) {
    if (jobs.has(name)) throw new Error(`two modules have the read ${name}`)
    jobs.set(name, read)
  }
}
const encoder = new TextEncoder()
onMessage((message) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the reader sends nothing else
  answer(message as ReadRequest)
})

function answer({ id, job: name, query }: ReadRequest): void {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the other side pairs a job with its query
    const run = jobs.get(name) as ((query: unknown) => unknown) | undefined
    if (run === undefined) throw new Error(`there is no read ${name}`)
    const bytes = encoder.encode(JSON.stringify(run(query)))
    reply({ id, bytes }, [bytes.buffer])
  } catch (error) {
    if (isProblem(error)) reply({ id, problem: error.toJSON() })
    else reply({ id, bug: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}

function reply(message: ReadReply, moved?: readonly ArrayBuffer[]): void {
  tell(message, moved)
}
