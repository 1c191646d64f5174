import { Problem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import type { AcceptedLog } from './accepted-log.ts'
import { notActive, type ActiveRuns } from './active-runs.ts'
import { artifactRoot } from '#core/wire/index.ts'
import { openExperimentReads } from './experiment-reads.ts'
import type { Keys } from './keys.ts'
import { checkExperimentName, checkExperimentTag, checkLength, invalid, LIMITS } from './limits.ts'
import type { Experiment, Pair, TrackingWrites } from './types.ts'
import { experimentRow, noExperiment } from './views.ts'
import type { WriteQueue } from './write-queue.ts'

/** What the writes of experiments and runs share. */
export type WriteContext = {
  readonly db: Database
  readonly queue: WriteQueue
  readonly keys: Keys
  readonly runs: ActiveRuns
  readonly accepted: AcceptedLog
}

type ExperimentWrites = Pick<
  TrackingWrites,
  'createExperiment' | 'renameExperiment' | 'setExperimentTag' | 'deleteExperimentTag'
>

/** Creates and changes experiments. */
export function openExperimentWrites({ db, queue, keys }: WriteContext): ExperimentWrites {
  const create = openCreate(db, keys)
  const requireActive = openRequireActive(db)
  const rename = db.prepare<[string, number, number]>('UPDATE experiments SET name = ?, updated_at = ? WHERE id = ?')
  const setTag = openSetTag(db, keys)
  const deleteTag = db.prepare<[number, string]>(
    'DELETE FROM experiment_tags WHERE experiment = ? AND key = (SELECT id FROM keys WHERE name = ?)',
  )
  return {
    createExperiment: (draft) => queue.run(() => create(draft)),
    renameExperiment: (id, name) =>
      queue.run(() => {
        const row = requireActive(id, () => invalid('Cannot rename a non-active experiment.'))
        checkExperimentName(name)
        onceNamed(name, () => void rename.run(name, Date.now(), row))
      }),
    setExperimentTag: (id, tag) =>
      queue.run(() => {
        checkExperimentTag(tag)
        setTag(requireActive(id), tag)
      }),
    deleteExperimentTag: (id, key) =>
      queue.run(() => {
        if (deleteTag.run(requireActive(id), key).changes > 0) return
        throw new Problem('not_found', `No tag with name: ${key} in experiment with id ${id}`)
      }),
  }
}

function openCreate(
  db: Database,
  keys: Keys,
): (draft: Parameters<TrackingWrites['createExperiment']>[0]) => Experiment {
  const insert = db.prepare<[string, string, number, number]>(
    `INSERT INTO experiments (project, created_by, name, artifact_location, created_at, updated_at)
     VALUES ('default', 'local', ?, ?, ?, ?)`,
  )
  const locate = db.prepare<[string, number]>('UPDATE experiments SET artifact_location = ? WHERE id = ?')
  const setTag = openSetTag(db, keys)
  const reads = openExperimentReads(db)
  return ({ name, artifactLocation = '', tags = [] }) => {
    checkExperimentName(name)
    checkLocation(artifactLocation)
    for (const tag of tags) checkExperimentTag(tag)
    const now = Date.now()
    const row = onceNamed(name, () => Number(insert.run(name, artifactLocation, now, now).lastInsertRowid))
    if (artifactLocation === '') locate.run(`mlflow-artifacts:/${row}`, row)
    for (const tag of tags) setTag(row, tag)
    return reads.experiment(String(row))
  }
}

function checkLocation(uri: string): void {
  checkLength(uri, LIMITS.artifactLocation, 'artifact_location')
  if (/^runs:/i.test(uri)) throw invalid(`Artifact location cannot be a runs:/ URI. Given: '${uri}'`)
  if (uri.startsWith('mlflow-artifacts:')) artifactRoot(uri)
}

function openSetTag(db: Database, keys: Keys): (row: number, tag: Pair) => void {
  const set = db.prepare<[number, number, string]>('INSERT OR REPLACE INTO experiment_tags VALUES (?, ?, ?)')
  return (row, { key, value }) => void set.run(row, keys.id(key), value)
}

/** The row of an experiment that is not in the trash. Throws Problem `not_found`, and `tracking_invalid` for one that is. */
export function openRequireActive(db: Database): (id: string, fault?: () => Problem) => number {
  const stage = db.prepare<[number], number>('SELECT stage FROM experiments WHERE id = ?').pluck()
  return (id, fault = () => notActive('experiment', id)) => {
    const row = experimentRow(id)
    const found = stage.get(row)
    if (found === undefined) throw noExperiment(id)
    if (found !== 0) throw fault()
    return row
  }
}

/** Does a write that gives an experiment its name; throws Problem `tracking_exists` where another has it. */
export function onceNamed<Result>(name: string, write: () => Result): Result {
  try {
    return write()
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'SQLITE_CONSTRAINT_UNIQUE') throw error
    throw new Problem('tracking_exists', `Experiment(name=${name}) already exists: choose another name`, {
      cause: error,
    })
  }
}
