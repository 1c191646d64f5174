import type { Database } from '#core/store/index.ts'

/** What became of a work: what it gave, or what it threw. */
export type Outcome = { readonly result: unknown } | { readonly error: unknown }

/**
 * Does works in one transaction, each of which is undone alone where it throws. Where the transaction fails, none is done
 * and its error is the outcome of all.
 */
export function openCommit(db: Database): (works: readonly (() => unknown)[]) => readonly Outcome[] {
  const one = db.transaction((work: () => unknown) => work())
  const all = db.transaction((works: readonly (() => unknown)[]) =>
    works.map((work) => {
      const outcome = outcomeOf(() => one(work))
      // A full disk made SQLite undo the whole transaction: what follows must not begin one of its own.
      if (!db.inTransaction && 'error' in outcome) throw outcome.error
      return outcome
    }),
  )
  return (works) => {
    const [only, ...more] = works
    if (only === undefined) return []
    // What comes alone, as from one client that waits for each answer, is spared a savepoint within the transaction.
    if (more.length === 0) return [outcomeOf(() => one.immediate(only))]
    const done = outcomeOf(() => all.immediate(works))
    return 'error' in done ? works.map(() => done) : (done.result as readonly Outcome[])
  }
}

function outcomeOf(work: () => unknown): Outcome {
  try {
    return { result: work() }
  } catch (error) {
    return { error }
  }
}
