import type { Database } from '#core/store/index.ts'
import { IMPORTED_FROM, type Pair, type WriteQueue } from '#core/tracking/index.ts'
import { checkDescription, checkRegistryTag, modelStage } from './names.ts'
import { openRegistryRows } from './rows.ts'
import { openSources } from './source.ts'

/** A version with what it had where it was made. */
export type ImportedVersion = {
  readonly name: string
  /** Kept where it is free. */
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly stage: string
  readonly description: string
  /** `runs:/RUN/PATH` or `models:/m-…`, of here. */
  readonly source: string
  readonly runId: string
  readonly modelId: string
  readonly userId: string
  readonly runLink: string
  readonly tags: readonly Pair[]
}

/** What an import needs beside `RegistryReads` and `RegistryWrites`. */
export type RegistryImport = {
  hasModel(name: string): boolean
  hasAlias(name: string, alias: string): boolean
  setModelTimes(name: string, times: { readonly createdAt: number; readonly updatedAt: number }): Promise<void>
  /** The version of a model that has a value of the tag `IMPORTED_FROM`. */
  versionFrom(name: string, mark: string): number | undefined
  /**
   * Keeps a version, with the number after the last one where its own is taken; returns the number. Throws Problem
   * `tracking_invalid` and `not_found` as `createVersion` does.
   */
  putVersion(version: ImportedVersion): Promise<number>
}

/** Prepares them on the connection that `queue` writes on. */
export function openRegistryImport({
  db,
  queue,
}: {
  readonly db: Database
  readonly queue: WriteQueue
}): RegistryImport {
  const has = db.prepare<[string]>("SELECT 1 FROM registered_models WHERE project = 'default' AND name = ?")
  const aliased = db.prepare<[string, string]>(
    `SELECT 1 FROM model_aliases a JOIN registered_models m ON m.id = a.model
     WHERE m.project = 'default' AND m.name = ? AND a.alias = ?`,
  )
  const times = db.prepare<[number, number, string]>(
    "UPDATE registered_models SET created_at = ?, updated_at = ? WHERE project = 'default' AND name = ?",
  )
  const from = db
    .prepare<[string, string, string], number>(
      `SELECT t.version FROM model_version_tags t JOIN registered_models m ON m.id = t.model
       WHERE m.project = 'default' AND m.name = ? AND t.key = ? AND t.value = ?`,
    )
    .pluck()
  const put = openPutVersion(db)
  return {
    hasAlias: (name, alias) => aliased.get(name, alias) !== undefined,
    hasModel: (name) => has.get(name) !== undefined,
    setModelTimes: (name, { createdAt, updatedAt }) =>
      queue.run(() => void times.run(createdAt, Math.max(createdAt, updatedAt), name)),
    versionFrom: (name, mark) => from.get(name, IMPORTED_FROM, mark),
    putVersion: (version) => queue.run(() => put(version)),
  }
}

type Row = Omit<ImportedVersion, 'name' | 'tags' | 'version'> & {
  readonly model: number
  readonly number: number
  readonly storage: string
}

function openPutVersion(db: Database): (version: ImportedVersion) => number {
  const rows = openRegistryRows(db)
  const resolve = openSources(db, rows)
  const taken = db.prepare<[number, number]>('SELECT 1 FROM model_versions WHERE model = ? AND version = ?')
  const next = db.prepare<[number], number>('SELECT next_version FROM registered_models WHERE id = ?').pluck()
  const setNext = db.prepare<[number, number]>(
    'UPDATE registered_models SET next_version = max(next_version, ? + 1) WHERE id = ?',
  )
  const setTag = db.prepare<[number, number, string, string]>(
    'INSERT OR REPLACE INTO model_version_tags VALUES (?, ?, ?, ?)',
  )
  const insert = db.prepare<[Row]>(
    `INSERT INTO model_versions (model, version, created_by, created_at, updated_at, stage, description, source, storage,
       run_id, run_link, model_id, user_id)
     VALUES (@model, @number, 'local', @createdAt, @updatedAt, @stage, nullif(@description, ''), @source, @storage, @runId,
       @runLink, @modelId, nullif(@userId, ''))`,
  )
  return ({ name, version, tags, ...given }) => {
    checkDescription(given.description)
    for (const tag of tags) checkRegistryTag(tag)
    const { id: model } = rows.model(name)
    const { storage, ...origin } = resolve(given.source)
    const number = taken.get(model, version) === undefined ? version : (next.get(model) ?? 1)
    const made = { runId: given.runId || origin.runId, modelId: given.modelId || origin.modelId }
    insert.run({ ...given, ...made, stage: modelStage(given.stage), model, number, storage })
    setNext.run(number, model)
    for (const { key, value } of tags) setTag.run(model, number, key, value)
    return number
  }
}
