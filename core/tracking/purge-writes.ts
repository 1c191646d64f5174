import type { Database } from '#core/store/index.ts'
import type { ActiveRuns } from './active-runs.ts'
import { openPurgeSteps, type Purging } from './purge-steps.ts'
import { openExperimentRoots, openHolds, rootOf, type Doomed } from './purge-holds.ts'

/**
 * Deletion for good, inside of transactions of the writer. What is begun is not to be seen any more, and is finished step
 * by step; it is written down what is, so that a later core finishes what a killed one began.
 */
export type PurgeWrites = {
  /** By the number of a row. False where it is not in the trash any more, or something needs it. */
  readonly beginRun: (row: number) => boolean
  /** Also one that is not in the trash, where its experiment is. */
  readonly beginModel: (row: number) => boolean
  /** Only where nothing is in it any more. */
  readonly beginExperiment: (row: number) => boolean
  /** Deletes rows for so many milliseconds. False where nothing is left to delete. */
  step(ms: number): boolean
}

/** Prepares the deletion on the writer's connection. */
export function openPurgeWrites(db: Database, runs: Pick<ActiveRuns, 'changed'>): PurgeWrites {
  const holds = openHolds(db)
  const begin = openBegin(db)
  const rootOfExperiment = openExperimentRoots(db)
  const run = db.prepare<[number], Doomed>(
    'SELECT id, run_id AS name, artifact_uri AS uri FROM runs WHERE id = ? AND stage = 1',
  )
  const model = db.prepare<[number], Doomed>(
    `SELECT id, model_id AS name, artifact_uri AS uri FROM logged_models l
     WHERE id = ? AND (stage = 1 OR EXISTS (SELECT 1 FROM experiments e WHERE e.id = l.experiment AND e.stage = 1))`,
  )
  const experiment = db.prepare<[number], Doomed>(
    `SELECT id, CAST(id AS TEXT) AS name, artifact_location AS uri FROM experiments e
     WHERE id = ? AND id <> 0 AND stage = 1 AND NOT EXISTS (SELECT 1 FROM runs WHERE experiment = e.id)
       AND NOT EXISTS (SELECT 1 FROM logged_models WHERE experiment = e.id)`,
  )
  return {
    beginRun: (row) => {
      const doomed = run.get(row)
      if (doomed === undefined || holds.run(doomed) !== undefined) return false
      runs.changed(doomed.name)
      begin({ kind: 'run', id: row, name: doomed.name, root: rootOf(doomed) })
      return true
    },
    beginModel: (row) => {
      const doomed = model.get(row)
      if (doomed === undefined || holds.model(doomed) !== undefined) return false
      begin({ kind: 'model', id: row, name: doomed.name, root: rootOf(doomed) })
      return true
    },
    beginExperiment: (row) => {
      const doomed = experiment.get(row)
      if (doomed === undefined) return false
      begin({ kind: 'experiment', id: row, name: doomed.name, root: rootOfExperiment(row, doomed.uri) })
      return true
    },
    step: openPurgeSteps(db),
  }
}

/** Deletes the row itself, so that nothing finds it, and writes down that the rest must follow. */
function openBegin(db: Database): (purging: Purging) => void {
  const add = db.prepare<[string, number, string, string]>(
    'INSERT INTO purging (kind, id, name, root) VALUES (?, ?, ?, ?)',
  )
  const removes = {
    run: db.prepare<[number]>('DELETE FROM runs WHERE id = ?'),
    model: db.prepare<[number]>('DELETE FROM logged_models WHERE id = ?'),
    experiment: db.prepare<[number]>('DELETE FROM experiments WHERE id = ?'),
  }
  return ({ kind, id, name, root }) => {
    add.run(kind, id, name, root)
    removes[kind].run(id)
  }
}
