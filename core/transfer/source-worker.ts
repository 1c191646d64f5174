// The thread that reads a source: as much as is asked for at a time, so that no more than that is in memory.
import { parentPort, workerData } from 'node:worker_threads'
import { isProblem, type ProblemJson } from '#core/base/problem.ts'
import type { Item } from './item.ts'
import { readMlflowDb, type SourceOptions } from './mlflow-db.ts'
import { readMlruns } from './mlruns.ts'
import type { Source } from './detect-kind.ts'
import { readTensorboard } from './tensorboard.ts'

/** What the thread reads. */
export type SourceJob = Pick<Source, 'kind'> & SourceOptions & { readonly experiment?: string }
/** What it answers to each `next`. */
export type SourceReply =
  | { readonly items: readonly Item[]; readonly isLast: boolean }
  | { readonly problem: ProblemJson }
  | { readonly bug: string }

/** An answer has no more things than this, and not much more bytes. */
const MOST_ITEMS = 500
const MOST_BYTES = 1_048_576

const port = parentPort
if (port === null) throw new Error('this file is the code of a thread')
const job: SourceJob = workerData
const items = read(job)

port.on('message', (message: 'next' | 'end') => {
  if (message === 'next') return answer()
  items.return(undefined)
  port.close()
})

function read(options: SourceJob): Generator<Item> {
  if (options.kind === 'mlflow-db') return readMlflowDb(options)
  return options.kind === 'mlruns' ? readMlruns(options) : readTensorboard(options)
}

function answer(): void {
  try {
    const taken: Item[] = []
    let [bytes, isLast] = [0, false]
    while (taken.length < MOST_ITEMS && bytes < MOST_BYTES) {
      const { value, done } = items.next()
      if (done === true) {
        isLast = true
        break
      }
      taken.push(value)
      bytes += bytesIn(value)
    }
    reply({ items: taken, isLast }, taken.flatMap(buffersOf))
  } catch (error) {
    if (isProblem(error)) reply({ problem: error.toJSON() })
    else reply({ bug: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}

function bytesIn(item: Item): number {
  return buffersOf(item).reduce((sum, { byteLength }) => sum + byteLength, 0)
}

function buffersOf(item: Item): ArrayBuffer[] {
  if (item.kind === 'points') return [item.steps.buffer, item.times.buffer, item.values.buffer]
  return item.kind === 'bytes' ? [item.bytes.buffer] : []
}

function reply(message: SourceReply, moved: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, [...moved])
}
