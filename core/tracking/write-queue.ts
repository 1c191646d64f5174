import { Problem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'

/** Writes that come in the same turn of the event loop share a transaction: that is what makes many small ones cheap. */
export type WriteQueue = {
  /**
   * Does the work in a transaction soon; settles with its result when that is committed. What it throws undoes it alone
   * and rejects its promise; a transaction that fails rejects those of all, none of which is done then: with Problem
   * `disk_full`, or `system_busy` where another program keeps the database locked.
   */
  run<Result>(work: () => Result): Promise<Result>
  /** Commits what waits now. */
  flush(): void
  /** Has a function called after each commit, which it must not keep from going on; until what is returned is called. */
  onCommit(listener: () => void): () => void
}

type Waiting = { readonly work: () => unknown; readonly settle: (outcome: Outcome) => void }
type Outcome = { readonly result: unknown } | { readonly error: unknown }

export function openWriteQueue(db: Database): WriteQueue {
  let waiting: Waiting[] = []
  const listeners = new Set<() => void>()
  const one = db.transaction((work: () => unknown) => work())
  const all = db.transaction((batch: readonly Waiting[]) =>
    batch.map(({ work }) => {
      const outcome = outcomeOf(() => one(work))
      // A full disk made SQLite undo the whole transaction: what follows must not begin one of its own.
      if (!db.inTransaction && 'error' in outcome) throw outcome.error
      return outcome
    }),
  )
  // What comes alone, as from one client that waits for each answer, is spared a savepoint within the transaction.
  const commit = (batch: readonly Waiting[]): readonly Outcome[] => {
    const [only, ...more] = batch
    return only !== undefined && more.length === 0 ? [{ result: one.immediate(only.work) }] : all.immediate(batch)
  }
  const flush = (): void => {
    const batch = waiting
    waiting = []
    if (batch.length === 0) return
    const done = outcomeOf(() => commit(batch))
    if ('result' in done) for (const listener of listeners) listener()
    for (const [index, { settle }] of batch.entries()) {
      settle('error' in done ? done : ((done.result as readonly Outcome[])[index] ?? { result: undefined }))
    }
  }
  return {
    run: <Result>(work: () => Result) =>
      new Promise<Result>((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush)
        const settle = (outcome: Outcome) =>
          'error' in outcome ? reject(writeFault(outcome.error, db)) : resolve(outcome.result as Result)
        waiting.push({ work, settle })
      }),
    flush,
    onCommit: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function outcomeOf(work: () => unknown): Outcome {
  try {
    return { result: work() }
  } catch (error) {
    return { error }
  }
}

/** The Problem of a write that the database could not do; anything else as it is. */
function writeFault(error: unknown, { name }: Database): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'SQLITE_FULL') {
    return new Problem('disk_full', `the disk of ${name} is full: free space there, then try again`, { cause: error })
  }
  if (code !== 'SQLITE_BUSY') return error
  const message = `another program keeps ${name} locked: let it end what it does there, then try again`
  return new Problem('system_busy', message, { cause: error })
}
