import type { Database } from '#core/store/index.ts'
import type { Keys } from './keys.ts'
import type { Pair } from './types.ts'

/** The tag that holds the name of its run: one changes with the other. */
export const RUN_NAME = 'mlflow.runName'
/** The tag that says which run a run is nested in; the row of the run has it too. */
const PARENT_RUN = 'mlflow.parentRunId'

/** The writes of a run's tags, inside of a transaction; what was checked before. */
export type TagWrites = {
  set(run: number, tags: readonly Pair[]): void
  /** Whether there was one. */
  remove(run: number, key: string): boolean
}

export function openTagWrites(db: Database, keys: Keys): TagWrites {
  const set = db.prepare<[number, number, string]>('INSERT OR REPLACE INTO tags VALUES (?, ?, ?)')
  const rename = db.prepare<[string, number]>('UPDATE runs SET name = ? WHERE id = ?')
  const nest = db.prepare<[string | null, number]>('UPDATE runs SET parent = ? WHERE id = ?')
  const remove = db.prepare<[number, string]>(
    'DELETE FROM tags WHERE run = ? AND key = (SELECT id FROM keys WHERE name = ?)',
  )
  return {
    set: (run, tags) => {
      for (const { key, value } of tags) {
        // A run has a name: an empty one changes nothing.
        if (key === RUN_NAME && value === '') continue
        if (key === RUN_NAME) rename.run(value, run)
        if (key === PARENT_RUN) nest.run(value, run)
        set.run(run, keys.id(key), value)
      }
    },
    remove: (run, key) => {
      if (key === PARENT_RUN) nest.run(null, run)
      return remove.run(run, key).changes > 0
    },
  }
}
