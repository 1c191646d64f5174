import { Problem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import type { Pair } from '#core/tracking/index.ts'
import { MODEL_STAGES } from './names.ts'
import type { ModelVersion, RegisteredModel } from './types.ts'
import { openWholeVersions, VERSION_COLUMNS, type VersionRow } from './version-rows.ts'

/** A registered model as its table has it. */
export type ModelRow = {
  readonly id: number
  readonly name: string
  readonly description: string | null
  readonly createdAt: number
  readonly updatedAt: number
}
/** What stands behind SELECT for rows of models. */
export const MODEL_COLUMNS =
  'm.id, m.name, m.description, m.created_at AS createdAt, m.updated_at AS updatedAt FROM registered_models m'

/** Rows of the registry on any connection, and what belongs to them. All throw Problem `not_found` where none is. */
export type RegistryRows = {
  model(name: string): ModelRow
  version(name: string, version: number): VersionRow
  /** The newest version of each stage, by number. */
  newest(model: number): readonly VersionRow[]
  /** The version that an alias stands for; undefined where the model does not have it. */
  aliased(model: number, alias: string): VersionRow | undefined
  readonly whole: (row: VersionRow) => ModelVersion
  readonly wholeModel: (row: ModelRow) => RegisteredModel
  modelTags(model: number): readonly Pair[]
}

const STAGES = JSON.stringify(MODEL_STAGES)

/** Reads rows by statements that are prepared once. */
export function openRegistryRows(db: Database): RegistryRows {
  const sql = rowStatements(db)
  const whole = openWholeVersions(db)
  const model = (name: string): ModelRow => {
    const found = sql.model.get(name)
    if (found === undefined) throw new Problem('not_found', `Registered Model with name=${name} not found`)
    return found
  }
  const newest = (id: number): readonly VersionRow[] => sql.newest.all(id, id, STAGES)
  return {
    model,
    version: (name, version) => {
      const found = sql.version.get(model(name).id, version)
      if (found !== undefined) return found
      throw new Problem('not_found', `Model Version (name=${name}, version=${version}) not found`)
    },
    newest,
    aliased: (id, alias) => sql.aliased.get(id, alias),
    whole,
    wholeModel: ({ id, description, ...row }) => ({
      ...row,
      ...(description === null ? {} : { description }),
      tags: sql.modelTags.all(id),
      aliases: sql.modelAliases.all(id),
      latestVersions: newest(id).map(whole),
    }),
    modelTags: (id) => sql.modelTags.all(id),
  }
}

// oxlint-disable-next-line typescript/explicit-function-return-type -- the types are those of the statements
function rowStatements(db: Database) {
  return {
    model: db.prepare<[string], ModelRow>(`SELECT ${MODEL_COLUMNS} WHERE m.project = 'default' AND m.name = ?`),
    version: db.prepare<[number, number], VersionRow>(`SELECT ${VERSION_COLUMNS} WHERE v.model = ? AND v.version = ?`),
    newest: db.prepare<[number, number, string], VersionRow>(
      `SELECT ${VERSION_COLUMNS} WHERE v.model = ? AND v.version IN
       (SELECT (SELECT max(version) FROM model_versions WHERE model = ? AND stage = s.value) FROM json_each(?) s)
       ORDER BY v.version`,
    ),
    aliased: db.prepare<[number, string], VersionRow>(
      `SELECT ${VERSION_COLUMNS} JOIN model_aliases a ON a.model = v.model AND a.version = v.version
       WHERE a.model = ? AND a.alias = ?`,
    ),
    modelTags: db.prepare<[number], Pair>('SELECT key, value FROM registered_model_tags WHERE model = ?'),
    modelAliases: db.prepare<[number], { alias: string; version: number }>(
      'SELECT alias, version FROM model_aliases WHERE model = ?',
    ),
  }
}
