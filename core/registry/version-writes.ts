import type { Database } from '#core/store/index.ts'
import { checkLength } from '#core/tracking/index.ts'
import type { NowAll, WriteContext } from './model-writes.ts'
import { checkDescription, checkRegistryTag, invalid, isPrompt, modelStage, REGISTRY_LIMITS } from './names.ts'
import { openRunSources } from './run-source.ts'
import { openSources, type Resolved } from './source.ts'
import type { ModelStage, ModelVersion, RegistryWrites } from './types.ts'

type VersionWrites = Pick<
  RegistryWrites,
  'createVersion' | 'describeVersion' | 'deleteVersion' | 'moveVersion' | 'setVersionTag' | 'deleteVersionTag'
>
type Draft = Parameters<RegistryWrites['createVersion']>[0]

/** Writes of versions and their tags; each is to be called within a transaction. */
export function versionWrites(context: WriteContext): NowAll<VersionWrites> {
  const { rows, now } = context
  const sql = versionStatements(context.db)
  const origin = originFinder(context)
  const version = (name: string, number: number): ModelVersion => rows.whole(rows.version(name, number))
  return {
    createVersion: (draft) => {
      checkDraft(draft)
      const { id } = rows.model(draft.name)
      const { storage, runId, modelId } = origin(draft)
      const at = now()
      const number = sql.take.get(at, id) ?? 1
      const { source, runLink = '', description = null } = draft
      sql.insert.run({ model: id, number, at, description, source, storage, runId, runLink, modelId })
      for (const { key, value } of draft.tags ?? []) sql.setTag.run(id, number, key, value)
      return version(draft.name, number)
    },
    describeVersion: (name, number, description) => {
      checkDescription(description)
      sql.describe.run(description, now(), rows.version(name, number).model, number)
      return version(name, number)
    },
    deleteVersion: (name, number) => {
      const { model } = rows.version(name, number)
      for (const each of sql.remove) each.run(model, number)
      sql.touchModel.run(now(), model)
    },
    moveVersion: (name, number, to) => {
      const stage = stageToMoveTo(to)
      const { model } = rows.version(name, number)
      const at = now()
      if (to.archiveExisting) sql.archive.run(at, model, stage, number)
      sql.move.run(stage, at, model, number)
      sql.touchModel.run(at, model)
      return version(name, number)
    },
    setVersionTag: (name, number, tag) => {
      checkRegistryTag(tag)
      sql.setTag.run(rows.version(name, number).model, number, tag.key, tag.value)
    },
    deleteVersionTag: (name, number, key) => void sql.deleteTag.run(rows.version(name, number).model, number, key),
  }
}

/**
 * Where the files of a new version are, and which run and logged model it is of: as the caller says, else as its source
 * says. Neither need be known here, since a registry may serve runs that are tracked elsewhere.
 */
function originFinder({ db, rows }: WriteContext): (draft: Draft) => Resolved {
  const resolve = openSources(db, rows)
  const runs = openRunSources(db)
  return ({ source, tags = [], ...given }) => {
    const found = isPrompt(tags) ? { storage: source, runId: '', modelId: '' } : resolve(source)
    const modelId = given.modelId || found.modelId
    return { storage: found.storage, modelId, runId: given.runId || found.runId || runs.runOfModel(modelId) }
  }
}

function checkDraft({ description, tags = [], ...draft }: Draft): void {
  if (draft.source === '') throw invalid("Missing value for required parameter 'source': say where the files are")
  checkLength(draft.source, REGISTRY_LIMITS.source, 'source')
  checkLength(draft.runId ?? '', REGISTRY_LIMITS.reference, 'run_id')
  checkLength(draft.modelId ?? '', REGISTRY_LIMITS.reference, 'model_id')
  checkLength(draft.runLink ?? '', REGISTRY_LIMITS.reference, 'run_link')
  checkDescription(description)
  tags.forEach(checkRegistryTag)
}

function stageToMoveTo({ stage, archiveExisting }: Parameters<RegistryWrites['moveVersion']>[2]): ModelStage {
  const to = modelStage(stage)
  if (!archiveExisting || to === 'Staging' || to === 'Production') return to
  const words = `Model version transition cannot archive existing model versions because '${to}' is not an Active stage.`
  throw invalid(`${words} Valid stages are Staging and Production.`)
}

type NewVersion = Resolved & {
  readonly model: number
  readonly number: number
  readonly at: number
  readonly description: string | null
  readonly source: string
  readonly runLink: string
}

// oxlint-disable-next-line typescript/explicit-function-return-type -- the types are those of the statements
function versionStatements(db: Database) {
  const there = 'WHERE model = ? AND version = ?'
  return {
    take: db
      .prepare<[number, number], number>(
        `UPDATE registered_models SET next_version = next_version + 1, updated_at = ? WHERE id = ?
         RETURNING next_version - 1`,
      )
      .pluck(),
    insert: db.prepare<[NewVersion]>(
      `INSERT INTO model_versions (model, version, created_by, created_at, updated_at, stage, description, source, storage,
         run_id, run_link, model_id)
       VALUES (@model, @number, 'local', @at, @at, 'None', @description, @source, @storage, @runId, @runLink, @modelId)`,
    ),
    touchModel: db.prepare<[number, number]>('UPDATE registered_models SET updated_at = ? WHERE id = ?'),
    describe: db.prepare<[string, number, number, number]>(
      `UPDATE model_versions SET description = ?, updated_at = ? ${there}`,
    ),
    move: db.prepare<[string, number, number, number]>(`UPDATE model_versions SET stage = ?, updated_at = ? ${there}`),
    archive: db.prepare<[number, number, string, number]>(
      `UPDATE model_versions SET stage = 'Archived', updated_at = ? WHERE model = ? AND stage = ? AND version <> ?`,
    ),
    remove: ['model_version_tags', 'model_aliases', 'model_versions'].map((table) =>
      db.prepare<[number, number]>(`DELETE FROM ${table} ${there}`),
    ),
    setTag: db.prepare<[number, number, string, string]>(
      'INSERT OR REPLACE INTO model_version_tags VALUES (?, ?, ?, ?)',
    ),
    deleteTag: db.prepare<[number, number, string]>(`DELETE FROM model_version_tags ${there} AND key = ?`),
  }
}
