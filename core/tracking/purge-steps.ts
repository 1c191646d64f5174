import type { Database } from '#core/store/index.ts'
import { boundsOf } from './artifact-list.ts'

/** What is being deleted: see the table `purging`. */
export type Purging = {
  readonly kind: 'run' | 'model' | 'experiment'
  readonly id: number
  readonly name: string
  readonly root: string
}
/** Deletes some rows; returns how many. */
type Delete = (purging: Purging) => number

/** Rows that are deleted at once: a millisecond or so. */
const CHUNK = 250

/** Prepares the deletion of what hangs on rows that are gone; for so many milliseconds each time. */
export function openPurgeSteps(db: Database): (ms: number) => boolean {
  const next = db.prepare<[], Purging>('SELECT kind, id, name, root FROM purging LIMIT 1')
  const done = db.prepare<[string, number]>('DELETE FROM purging WHERE kind = ? AND id = ?')
  const deletes = {
    run: [...runDeletes(db), openFileDelete(db, 'SELECT 1 FROM runs WHERE run_id = ?')],
    model: [...modelDeletes(db), openFileDelete(db, 'SELECT 1 FROM logged_models WHERE model_id = ?')],
    experiment: [...experimentDeletes(db), openFileDelete(db, 'SELECT 1 FROM experiments WHERE CAST(id AS TEXT) = ?')],
  }
  return (ms) => {
    const until = performance.now() + ms
    do {
      const purging = next.get()
      if (purging === undefined) return false
      // A full chunk may not be the last one.
      if (!deletes[purging.kind].some((each) => each(purging) >= CHUNK)) done.run(purging.kind, purging.id)
    } while (performance.now() < until)
    return true
  }
}

/** Of each table that has rows by the number of a run, or by its id. */
function runDeletes(db: Database): Delete[] {
  const tables = db
    .prepare<[], { name: string; type: string }>(
      `SELECT t.name, c.type FROM sqlite_master t, pragma_table_info(t.name) c
       WHERE t.type = 'table' AND c.name = 'run' ORDER BY t.name`,
    )
    .all()
  // Datasets that no other run has.
  const datasets = db.prepare<{ run: number }>(
    `DELETE FROM datasets WHERE id IN (SELECT i.dataset FROM run_datasets i WHERE i.run = :run
       AND NOT EXISTS (SELECT 1 FROM run_datasets o WHERE o.dataset = i.dataset AND o.run <> :run))`,
  )
  return [
    ({ id }) => {
      datasets.run({ run: id })
      return 0
    },
    ...tables.map(({ name, type }) => byColumn(db, name, { column: 'run', by: type === 'INTEGER' ? 'id' : 'name' })),
  ]
}

function modelDeletes(db: Database): Delete[] {
  return [
    ...['model_params', 'model_tags', 'model_metrics'].map((table) =>
      byColumn(db, table, { column: 'model', by: 'id' }),
    ),
    byColumn(db, 'run_models', { column: 'model_id', by: 'name' }),
  ]
}

function experimentDeletes(db: Database): Delete[] {
  return ['experiment_tags', 'datasets', 'traces'].map((table) =>
    byColumn(db, table, { column: 'experiment', by: 'id' }),
  )
}

/** A column, and what of the purged is in it. */
type Column = { readonly column: string; readonly by: 'id' | 'name' }

/** Deletes a chunk of the rows of a table that a column gives to what is purged. */
function byColumn(db: Database, table: string, { column, by }: Column): Delete {
  const keys = db
    .prepare<[string], string>('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk')
    .pluck()
    .all(table)
    .join(', ')
  const remove = db.prepare<[number | string]>(
    `DELETE FROM ${table} WHERE (${keys}) IN (SELECT ${keys} FROM ${table} WHERE ${column} = ? LIMIT ${CHUNK})`,
  )
  return (purging) => remove.run(purging[by]).changes
}

/** Deletes files below the root, where not somebody has come anew who has that name. */
function openFileDelete(db: Database, owner: string): Delete {
  const isTaken = db.prepare<[string]>(owner)
  const remove = db.prepare<[string, string]>(
    `DELETE FROM artifacts WHERE path IN (SELECT path FROM artifacts WHERE path >= ? AND path < ? LIMIT ${CHUNK})`,
  )
  return ({ name, root }) =>
    root === '' || isTaken.get(name) !== undefined ? 0 : remove.run(...boundsOf(root)).changes
}
