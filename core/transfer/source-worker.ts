// The process that reads a source: as much as is asked for at a time, so that no more than that is in memory.
import { isProblem, type ProblemJson } from '#core/base/problem.ts'
import { serveParent } from '#core/workers/index.ts'
import type { Item } from './item.ts'
import { readMlflowDb, type SourceOptions } from './mlflow-db.ts'
import { readMlruns } from './mlruns.ts'
import type { Source } from './detect-kind.ts'
import { readTensorboard } from './tensorboard.ts'

/** What the process reads. */
export type SourceJob = Pick<Source, 'kind'> & SourceOptions & { readonly experiment?: string }
/** What it answers to each `next`. */
export type SourceReply =
  | { readonly items: readonly Item[]; readonly isLast: boolean }
  | { readonly problem: ProblemJson }
  | { readonly bug: string }

/** An answer has no more things than this, and not much more bytes. */
const MOST_ITEMS = 500
const MOST_BYTES = 1_048_576

const { job, tell, onMessage } = await serveParent<SourceJob>()
const items = read(job)
process.once('exit', () => items.return(undefined))
onMessage(answer)

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
    reply({ items: taken, isLast })
  } catch (error) {
    if (isProblem(error)) reply({ problem: error.toJSON() })
    else reply({ bug: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}

function bytesIn(item: Item): number {
  if (item.kind === 'points') return 3 * item.steps.byteLength
  return item.kind === 'bytes' ? item.bytes.byteLength : 0
}

function reply(message: SourceReply): void {
  tell(message)
}
