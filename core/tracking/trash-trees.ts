import type { Database } from '#core/store/index.ts'
import { invalid } from './limits.ts'
import { noRun } from './views.ts'

/** Moves runs with those nested in them, inside of a transaction: what throws must undo it. */
export type TreeTrash = {
  /** Throws Problem `not_found`. */
  remove(ids: readonly string[]): void
  /** Throws Problem `not_found`, and `tracking_invalid` for a run whose experiment is in the trash. */
  restore(ids: readonly string[]): void
}

const NAMED = 'SELECT value FROM json_each(?)'

/** Prepares the moves on the writer's connection. */
export function openTreeTrash(db: Database): TreeTrash {
  const missing = db
    .prepare<[string], string>(`SELECT value FROM json_each(?) WHERE value NOT IN (SELECT run_id FROM runs)`)
    .pluck()
  const homeless = db.prepare<[string], { run: string; experiment: number }>(
    `SELECT r.run_id AS run, e.id AS experiment FROM runs r JOIN experiments e ON e.id = r.experiment
     WHERE r.run_id IN (${NAMED}) AND e.stage = 1 LIMIT 1`,
  )
  const check = (list: string): void => {
    const unknown = missing.get(list)
    if (unknown !== undefined) throw noRun(unknown)
  }
  const [removeNamed, removeNested, restoreNested, restoreNamed] = openMoves(db)
  return {
    remove: (ids) => {
      const list = JSON.stringify(ids)
      check(list)
      const now = Date.now()
      removeNested(list, now)
      removeNamed(list, now)
    },
    restore: (ids) => {
      const list = JSON.stringify(ids)
      check(list)
      const lost = homeless.get(list)
      if (lost !== undefined)
        throw invalid(
          `The run ${lost.run} is of experiment ${lost.experiment}, which is in the trash: restore that first`,
        )
      restoreNested(list)
      restoreNamed(list)
    },
  }
}

/** The runs that are nested in some, however deep; only through runs for which the condition holds. */
function nested(condition: string): string {
  return `WITH RECURSIVE tree(id) AS (
      SELECT c.run_id FROM runs c WHERE c.parent IN (${NAMED}) AND ${condition}
      UNION SELECT c.run_id FROM tree JOIN runs c ON c.parent = tree.id WHERE ${condition})`
}

function openMoves(db: Database) {
  // A run that somebody deletes stays deleted where its experiment or its parent comes back.
  const removeNamed = db.prepare<[number, string]>(
    `UPDATE runs SET stage = 1, deleted_at = ifnull(deleted_at, ?), deleted_with = 0 WHERE run_id IN (${NAMED})`,
  )
  const removeNested = db.prepare<[string, number]>(
    `${nested('c.stage = 0')} UPDATE runs SET stage = 1, deleted_at = ?, deleted_with = 2
     WHERE run_id IN (SELECT id FROM tree)`,
  )
  // One of an experiment that is in the trash comes back with that.
  const restoreNested = db.prepare<[string]>(
    `${nested('c.stage = 1 AND c.deleted_with = 2')} UPDATE runs SET stage = e.stage, deleted_with = e.stage,
     deleted_at = CASE e.stage WHEN 1 THEN runs.deleted_at END
     FROM experiments e WHERE e.id = runs.experiment AND run_id IN (SELECT id FROM tree)`,
  )
  const restoreNamed = db.prepare<[string]>(
    `UPDATE runs SET stage = 0, deleted_at = NULL, deleted_with = 0 WHERE stage = 1 AND run_id IN (${NAMED})`,
  )
  return [
    (list: string, now: number) => void removeNamed.run(now, list),
    (list: string, now: number) => void removeNested.run(list, now),
    (list: string) => void restoreNested.run(list),
    (list: string) => void restoreNamed.run(list),
  ] as const
}
