import type { Database } from '#core/store/index.ts'
import { onceNamed, type WriteContext } from './experiment-writes.ts'
import type { TrackingWrites } from './types.ts'
import { openTreeTrash } from './trash-trees.ts'
import { experimentRow, noExperiment } from './views.ts'

type TrashWrites = Pick<
  TrackingWrites,
  'deleteExperiment' | 'restoreExperiment' | 'deleteRun' | 'restoreRun' | 'deleteRuns' | 'restoreRuns'
>

/** Moves experiments and runs into the trash and back. */
export function openTrashWrites({ db, queue, runs }: WriteContext): TrashWrites {
  const experiments = openExperimentTrash(db)
  const trees = openTreeTrash(db)
  // A run that somebody deletes stays deleted where its experiment comes back.
  const deleteRun = db.prepare<[number, number]>(
    'UPDATE runs SET stage = 1, deleted_at = ifnull(deleted_at, ?), deleted_with = 0 WHERE id = ?',
  )
  const restoreRun = db.prepare<[number]>('UPDATE runs SET stage = 0, deleted_at = NULL, deleted_with = 0 WHERE id = ?')
  return {
    deleteExperiment: (id) =>
      queue.run(() => {
        runs.changed(undefined)
        experiments.remove(id)
      }),
    restoreExperiment: (id) =>
      queue.run(() => {
        runs.changed(undefined)
        experiments.restore(id)
      }),
    deleteRun: (id) =>
      queue.run(() => {
        runs.changed(id)
        deleteRun.run(Date.now(), runs.any(id).rowid)
      }),
    restoreRun: (id) =>
      queue.run(() => {
        runs.changed(id)
        restoreRun.run(runs.any(id).rowid)
      }),
    deleteRuns: (ids) =>
      queue.run(() => {
        runs.changed(undefined)
        trees.remove(ids)
      }),
    restoreRuns: (ids) =>
      queue.run(() => {
        runs.changed(undefined)
        trees.restore(ids)
      }),
  }
}

type ExperimentTrash = { remove(id: string): void; restore(id: string): void }

function openExperimentTrash(db: Database): ExperimentTrash {
  const find = db.prepare<[number, number], string>('SELECT name FROM experiments WHERE id = ? AND stage = ?').pluck()
  const move = db.prepare<[number, number, number | null, number]>(
    'UPDATE experiments SET stage = ?, updated_at = ?, deleted_at = ? WHERE id = ?',
  )
  const deleteRuns = db.prepare<[number, number]>(
    'UPDATE runs SET stage = 1, deleted_at = ?, deleted_with = 1 WHERE experiment = ? AND stage = 0',
  )
  const restoreRuns = db.prepare<[number]>(
    'UPDATE runs SET stage = 0, deleted_at = NULL, deleted_with = 0 WHERE experiment = ? AND stage = 1 AND deleted_with = 1',
  )
  const nameIn = (stage: number, id: string): string => {
    const name = find.get(experimentRow(id), stage)
    if (name === undefined) throw noExperiment(id)
    return name
  }
  return {
    remove: (id) => {
      nameIn(0, id)
      const now = Date.now()
      move.run(1, now, now, Number(id))
      deleteRuns.run(now, Number(id))
    },
    restore: (id) => {
      onceNamed(nameIn(1, id), () => move.run(0, Date.now(), null, Number(id)))
      restoreRuns.run(Number(id))
    },
  }
}
