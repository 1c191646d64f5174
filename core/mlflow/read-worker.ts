// The thread of big reads: it has a connection of its own, and makes the JSON of the answers.
import { parentPort, workerData } from 'node:worker_threads'
import { isProblem, type ProblemJson } from '#core/base/problem.ts'
import { openRegistryReads } from '#core/registry/index.ts'
import { openReadOnly } from '#core/store/index.ts'
import { openTrackingReads } from '#core/tracking/index.ts'
import { READ_JOBS, type ReadJobName, type Reads } from './read-jobs.ts'

/** What the thread is asked. */
export type ReadRequest = { readonly id: number; readonly job: ReadJobName; readonly query: unknown }
/** What it answers: JSON as UTF-8, the Problem, or the stack of a bug. */
export type ReadReply = { readonly id: number } & (
  | { readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly problem: ProblemJson }
  | { readonly bug: string }
)

const port = parentPort
if (port === null) throw new Error('this file is the code of a thread')
const { file }: { readonly file: string } = workerData
const db = openReadOnly(file)
const reads: Reads = { tracking: openTrackingReads(db), registry: openRegistryReads(db) }
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
    const run = READ_JOBS[job] as (reads: Reads, query: unknown) => object
    const bytes = encoder.encode(JSON.stringify(run(reads, query)))
    reply({ id, bytes }, [bytes.buffer])
  } catch (error) {
    if (isProblem(error)) reply({ id, problem: error.toJSON() })
    else reply({ id, bug: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}

function reply(message: ReadReply, moved: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, [...moved])
}
