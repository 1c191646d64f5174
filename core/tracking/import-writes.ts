import type { Database } from '#core/store/index.ts'
import { openRequireActive } from './experiment-writes.ts'
import { openKeys } from './keys.ts'
import { openModelPairs } from './logged-model-pairs.ts'
import { STATUSES, stageOf } from './run-info.ts'
import type { LoggedModel, RunStatus, Stage } from './types.ts'
import type { WriteQueue } from './write-queue.ts'

/** The tag of runs and experiments that came from elsewhere: where they were. */
export const IMPORTED_FROM = 'minisub.imported_from'

/** A run as an import looks for it. */
export type FoundRun = {
  readonly stage: Stage
  readonly status: RunStatus
  readonly artifactUri: string
  /** Whether it came by an import. */
  readonly isImported: boolean
  /** Of all its series. */
  readonly points: number
}

/** A logged model with what it had where it was made. */
export type ImportedModel = Pick<
  LoggedModel,
  | 'id'
  | 'experimentId'
  | 'name'
  | 'createdAt'
  | 'updatedAt'
  | 'status'
  | 'modelType'
  | 'sourceRunId'
  | 'params'
  | 'tags'
> & { readonly stage: Stage }

/** What an import needs beside `TrackingReads` and `TrackingWrites`: to find what came before, and to keep ids and times. */
export type ImportWrites = {
  run(id: string): FoundRun | undefined
  /** The experiment that has a value of the tag `IMPORTED_FROM`, in any stage. */
  experimentFrom(mark: string): { readonly id: string; readonly stage: Stage } | undefined
  /** The active one of a name. */
  experimentNamed(name: string): string | undefined
  setExperimentTimes(id: string, times: { readonly createdAt: number; readonly updatedAt: number }): Promise<void>
  /** The artifact URI of a logged model; undefined where there is none. */
  loggedModel(id: string): string | undefined
  /**
   * Keeps a logged model under the id that it has; returns its artifact URI. Throws Problem `tracking_invalid` for what the
   * limits forbid and where its experiment is in the trash.
   */
  putLoggedModel(model: ImportedModel): Promise<string>
}

/** Prepares them on the writer's connection. */
export function openImportWrites({ db, queue }: { readonly db: Database; readonly queue: WriteQueue }): ImportWrites {
  const times = db.prepare<[number, number, string]>(
    'UPDATE experiments SET created_at = ?, updated_at = ? WHERE id = CAST(? AS INTEGER)',
  )
  const modelUri = db.prepare<[string], string>('SELECT artifact_uri FROM logged_models WHERE model_id = ?').pluck()
  const putModel = openPutModel(db)
  return {
    run: openFindRun(db),
    ...openFindExperiment(db),
    setExperimentTimes: (id, { createdAt, updatedAt }) =>
      queue.run(() => void times.run(createdAt, Math.max(createdAt, updatedAt), id)),
    loggedModel: (id) => modelUri.get(id),
    putLoggedModel: (model) => queue.run(() => putModel(model)),
  }
}

type RunRow = readonly [stage: number, status: number, artifactUri: string, mark: string | null, points: number]

function openFindRun(db: Database): ImportWrites['run'] {
  const find = db
    .prepare<[string, string], RunRow>(
      `SELECT r.stage, r.status, r.artifact_uri,
       (SELECT value FROM tags WHERE run = r.id AND key = (SELECT id FROM keys WHERE name = ?)),
       (SELECT coalesce(sum(count), 0) FROM series WHERE run = r.id) FROM runs r WHERE r.run_id = ?`,
    )
    .raw()
  return (id) => {
    const row = find.get(IMPORTED_FROM, id)
    if (row === undefined) return undefined
    const [stage, status, artifactUri, mark, points] = row
    return {
      stage: stageOf(stage),
      status: STATUSES[status] ?? 'RUNNING',
      artifactUri,
      isImported: mark !== null,
      points,
    }
  }
}

function openFindExperiment(db: Database): Pick<ImportWrites, 'experimentFrom' | 'experimentNamed'> {
  const named = db.prepare<[string], number>('SELECT id FROM experiments WHERE name = ? AND stage = 0').pluck()
  const marked = db
    .prepare<[string, string], readonly [number, number]>(
      `SELECT e.id, e.stage FROM experiment_tags t JOIN experiments e ON e.id = t.experiment
       WHERE t.key = (SELECT id FROM keys WHERE name = ?) AND t.value = ? ORDER BY e.stage, e.id LIMIT 1`,
    )
    .raw()
  return {
    experimentNamed: (name) => {
      const id = named.get(name)
      return id === undefined ? undefined : String(id)
    },
    experimentFrom: (mark) => {
      const found = marked.get(IMPORTED_FROM, mark)
      return found === undefined ? undefined : { id: String(found[0]), stage: stageOf(found[1]) }
    },
  }
}

function openPutModel(db: Database): (model: ImportedModel) => string {
  const requireActive = openRequireActive(db)
  const pairs = openModelPairs(db, openKeys(db))
  const locate = db.prepare<[number], string>('SELECT artifact_location FROM experiments WHERE id = ?').pluck()
  const insert = db.prepare<(string | number | null)[]>(
    `INSERT INTO logged_models (model_id, experiment, created_by, name, model_type, source_run_id, status, artifact_uri,
     created_at, updated_at, stage, deleted_at) VALUES (?, ?, 'local', ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const touched = db.prepare<[number, number]>('UPDATE logged_models SET updated_at = ? WHERE id = ?')
  return ({ id, name, modelType, sourceRunId, status, createdAt, updatedAt, stage, ...model }) => {
    const experiment = requireActive(model.experimentId)
    const root = (locate.get(experiment) ?? '').replace(/\/+$/, '')
    const uri = `${root}/models/${id}/artifacts`
    const trash = stage === 'deleted' ? [1, Date.now()] : [0, null]
    const values = [id, experiment, name, modelType, sourceRunId, status, uri, createdAt, updatedAt, ...trash]
    const row = Number(insert.run(...values).lastInsertRowid)
    pairs.addParams(row, model.params)
    pairs.setTags(row, model.tags)
    touched.run(updatedAt, row)
    return uri
  }
}
