import { randomBytes } from 'node:crypto'
import { Problem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import { openRequireActive } from './experiment-writes.ts'
import type { Keys } from './keys.ts'
import { checkLength, checkModelName, invalidValue } from './limits.ts'
import { openModelById } from './logged-model-reads.ts'
import { openModelPairs } from './logged-model-pairs.ts'
import { noModel } from './model-metrics.ts'
import { randomRunName } from '#core/wire/index.ts'
import type { LoggedModelStatus, TrackingWrites } from './types.ts'
import type { WriteQueue } from './write-queue.ts'

/** The writes of logged models. Each throws Problem `not_found` for one that is not there or was deleted. */
export type LoggedModelWrites = Pick<
  TrackingWrites,
  | 'createLoggedModel'
  | 'finishLoggedModel'
  | 'deleteLoggedModel'
  | 'setLoggedModelTags'
  | 'deleteLoggedModelTag'
  | 'logLoggedModelParams'
>

type Draft = Parameters<TrackingWrites['createLoggedModel']>[0]
type Writer = { readonly db: Database; readonly keys: Keys; readonly queue: WriteQueue }

const MOST_TYPE = 500
const ENDS: readonly LoggedModelStatus[] = ['LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED']

/** Prepares the writes on the writer's connection. */
export function openLoggedModelWrites({ db, keys, queue }: Writer): LoggedModelWrites {
  const models = openModelRows(db)
  const read = openModelById(db)
  const pairs = openModelPairs(db, keys)
  return {
    createLoggedModel: (draft) =>
      queue.run(() => {
        const { row, id } = models.insert(draft)
        pairs.addParams(row, draft.params ?? [])
        pairs.setTags(row, draft.tags ?? [])
        return read(id)
      }),
    finishLoggedModel: (id, status) =>
      queue.run(() => {
        if (!ENDS.includes(status)) throw invalidValue('status', status, `It must be one of ${ENDS.join(', ')}`)
        models.setStatus(models.row(id), status)
        return read(id)
      }),
    deleteLoggedModel: (id) => queue.run(() => models.remove(models.row(id))),
    setLoggedModelTags: (id, tags) =>
      queue.run(() => {
        pairs.setTags(models.row(id), tags)
        return read(id)
      }),
    deleteLoggedModelTag: (id, key) => queue.run(() => pairs.deleteTag({ id, row: models.row(id) }, key)),
    logLoggedModelParams: (id, params) => queue.run(() => pairs.addParams(models.row(id), params)),
  }
}

type ModelRows = {
  insert(draft: Draft): { readonly row: number; readonly id: string }
  row(id: string): number
  setStatus(row: number, status: LoggedModelStatus): void
  remove(row: number): void
}

function openModelRows(db: Database): ModelRows {
  const find = db.prepare<[string], number>('SELECT id FROM logged_models WHERE model_id = ? AND stage = 0').pluck()
  const update = db.prepare<[string, number, number]>(
    'UPDATE logged_models SET status = ?, updated_at = ? WHERE id = ?',
  )
  const remove = db.prepare<[number, number]>('UPDATE logged_models SET stage = 1, deleted_at = ? WHERE id = ?')
  return {
    insert: openModelInsert(db),
    row(id) {
      const row = find.get(id)
      if (row === undefined) throw noModel(id)
      return row
    },
    setStatus: (row, status) => void update.run(status, Date.now(), row),
    remove: (row) => void remove.run(Date.now(), row),
  }
}

function openModelInsert(db: Database): ModelRows['insert'] {
  const requireActive = openRequireActive(db)
  const locate = db.prepare<[number], string>('SELECT artifact_location FROM experiments WHERE id = ?').pluck()
  const isThere = db.prepare<[string]>('SELECT 1 FROM logged_models WHERE model_id = ?')
  const insert = db.prepare(
    `INSERT INTO logged_models (model_id, experiment, created_by, name, model_type, source_run_id, status, artifact_uri,
     created_at, updated_at) VALUES (?, ?, 'local', ?, ?, ?, 'LOGGED_MODEL_PENDING', ?, ?, ?)`,
  )
  return ({
    id = `m-${randomBytes(16).toString('hex')}`,
    experimentId,
    name = '',
    modelType = '',
    sourceRunId = '',
  }) => {
    checkModelName(name)
    checkLength(modelType, MOST_TYPE, 'model_type')
    const experiment = requireActive(experimentId)
    if (!/^m-[0-9a-f]{32}$/.test(id)) throw invalidValue('model_id', id, 'it is m- and 32 hexadecimal digits')
    if (isThere.get(id) !== undefined) throw new Problem('tracking_exists', `Logged model with id=${id} already exists`)
    const root = (locate.get(experiment) ?? '').replace(/\/+$/, '')
    const uri = `${root}/models/${id}/artifacts`
    const now = Date.now()
    const values = [id, experiment, name === '' ? randomRunName() : name, modelType, sourceRunId, uri]
    return { row: Number(insert.run(...values, now, now).lastInsertRowid), id }
  }
}
