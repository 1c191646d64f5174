import type { Database } from '#core/store/index.ts'

/** Writes that come in the same turn of the event loop share a transaction: that is what makes many small ones cheap. */
export type WriteQueue = {
  /**
   * Does the work in a transaction soon; settles with its result when that is committed. What it throws undoes it alone
   * and rejects its promise; a commit that fails rejects those of all.
   */
  run<Result>(work: () => Result): Promise<Result>
  /** Commits what waits now. */
  flush(): void
}

type Waiting = { readonly work: () => unknown; readonly settle: (outcome: Outcome) => void }
type Outcome = { readonly result: unknown } | { readonly error: unknown }

export function openWriteQueue(db: Database): WriteQueue {
  let waiting: Waiting[] = []
  const one = db.transaction((work: () => unknown) => work())
  const all = db.transaction((batch: readonly Waiting[]) => batch.map(({ work }) => outcomeOf(() => one(work))))
  const flush = (): void => {
    const batch = waiting
    waiting = []
    if (batch.length === 0) return
    const done = outcomeOf(() => all.immediate(batch))
    for (const [index, { settle }] of batch.entries()) {
      settle('error' in done ? done : ((done.result as readonly Outcome[])[index] ?? { result: undefined }))
    }
  }
  return {
    run: <Result>(work: () => Result) =>
      new Promise<Result>((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush)
        const settle = (outcome: Outcome) =>
          'error' in outcome ? reject(outcome.error) : resolve(outcome.result as Result)
        waiting.push({ work, settle })
      }),
    flush,
  }
}

function outcomeOf(work: () => unknown): Outcome {
  try {
    return { result: work() }
  } catch (error) {
    return { error }
  }
}
