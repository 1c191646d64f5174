import { Problem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import { openCommit, type Outcome } from './commit.ts'

/** Writes that come in the same turn of the event loop share a transaction: that is what makes many small ones cheap. */
export type WriteQueue = {
  /**
   * Does the work in a transaction soon; settles with its result when that is committed. What it throws undoes it alone
   * and rejects its promise; a transaction that fails rejects those of all, none of which is done then: with Problem
   * `disk_full`, or `system_busy` where another program keeps the database locked.
   */
  run<Result>(work: () => Result): Promise<Result>
  /** Whether what is run waits for its transaction. */
  isWaiting(): boolean
  /** Commits what waits now, and what the leader has. */
  flush(): void
  /** Commits what the leader has, and leaves together what waits. */
  lead(): void
  /** Has something of one's own done first in each transaction. There is one leader. */
  follow(leader: Leader): void
  /** Has a function called after each commit, which it must not keep from going on; until what is returned is called. */
  onCommit(listener: () => void): () => void
}

/** Work for which nobody waits. */
export type Leader = {
  /** What is to be done in the transaction that begins; undefined for nothing. */
  next(): (() => void) | undefined
  /** Told whether that is committed. */
  done(isDone: boolean): void
}

type Waiting = { readonly work: () => unknown; readonly settle: (outcome: Outcome) => void }

/** The queue of the writer's connection. */
export function openWriteQueue(db: Database): WriteQueue {
  const commit = openCommit(db)
  const listeners = new Set<() => void>()
  let waiting: Waiting[] = []
  let leader: Leader | undefined
  const commitWith = (batch: readonly Waiting[]): void => {
    const first = leader?.next()
    const works = batch.map(({ work }) => work)
    const outcomes = commit(first === undefined ? works : [first, ...works])
    // Before anybody hears of it: who then looks into the database has the leader asked again.
    if (first !== undefined) leader?.done(outcomes.slice(0, 1).every(isDone))
    if (outcomes.some(isDone)) for (const listener of listeners) listener()
    const own = outcomes.slice(outcomes.length - batch.length)
    for (const [index, { settle }] of batch.entries()) settle(own[index] ?? { result: undefined })
  }
  const flush = (): void => {
    const batch = waiting
    waiting = []
    commitWith(batch)
  }
  return {
    run: <Result>(work: () => Result) =>
      new Promise<Result>((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush)
        const settle = (outcome: Outcome) =>
          'error' in outcome ? reject(writeFault(outcome.error, db)) : resolve(outcome.result as Result)
        waiting.push({ work, settle })
      }),
    isWaiting: () => waiting.length > 0,
    flush,
    lead: () => commitWith([]),
    follow: (given) => (leader = given),
    onCommit: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

const isDone = (outcome: Outcome): boolean => !('error' in outcome)

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
