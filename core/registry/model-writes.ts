import { Problem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import { checkAlias, checkDescription, checkModelName, checkNewAlias, checkRegistryTag, isPrompt } from './names.ts'
import type { RegistryRows } from './rows.ts'
import type { RegisteredModel, RegistryWrites } from './types.ts'

/** A write as it is done within a transaction. */
type Now<Write> = Write extends (...given: infer Given) => Promise<infer Result> ? (...given: Given) => Result : never
/** Writes of a part of the registry, each within a transaction. */
export type NowAll<Writes> = { readonly [Name in keyof Writes]: Now<Writes[Name]> }
type ModelWrites = Pick<RegistryWrites, 'createModel' | 'renameModel' | 'describeModel' | 'deleteModel'>
type LabelWrites = Pick<RegistryWrites, 'setModelTag' | 'deleteModelTag' | 'setAlias' | 'deleteAlias'>

const SET_TAG = 'INSERT OR REPLACE INTO registered_model_tags VALUES (?, ?, ?)'

/** What writes of the registry work on; `now` is in epoch milliseconds. */
export type WriteContext = { readonly db: Database; readonly rows: RegistryRows; readonly now: () => number }

/** Writes of registered models; each is to be called within a transaction. */
export function modelWrites(context: WriteContext): NowAll<ModelWrites> {
  const { rows } = context
  const sql = modelStatements(context.db)
  const model = (name: string): RegisteredModel => rows.wholeModel(rows.model(name))
  return {
    createModel: ({ name, description, tags = [] }) => {
      checkModelName(name, 'name')
      checkDescription(description)
      tags.forEach(checkRegistryTag)
      if (sql.find.get(name) !== undefined) throw taken(rows, name, isPrompt(tags))
      const at = context.now()
      const id = Number(sql.insert.run(name, description ?? null, at, at).lastInsertRowid)
      for (const { key, value } of tags) sql.setTag.run(id, key, value)
      return model(name)
    },
    renameModel: (name, newName) => {
      const { id } = rows.model(name)
      checkModelName(newName, 'new_name')
      if (newName !== name && sql.find.get(newName) !== undefined)
        throw taken(rows, newName, isPrompt(rows.modelTags(id)))
      const at = context.now()
      sql.rename.run(newName, at, id)
      sql.touchVersions.run(at, id)
      return model(newName)
    },
    describeModel: (name, description) => {
      checkDescription(description)
      sql.describe.run(description, context.now(), rows.model(name).id)
      return model(name)
    },
    deleteModel: (name) => {
      const { id } = rows.model(name)
      for (const each of sql.remove) each.run(id)
    },
  }
}

/** Writes of the tags and aliases of registered models; each is to be called within a transaction. */
export function labelWrites({ db, rows }: WriteContext): NowAll<LabelWrites> {
  const setTag = db.prepare<[number, string, string]>(SET_TAG)
  const deleteTag = db.prepare<[number, string]>('DELETE FROM registered_model_tags WHERE model = ? AND key = ?')
  const setAlias = db.prepare<[number, string, number]>('INSERT OR REPLACE INTO model_aliases VALUES (?, ?, ?)')
  const deleteAlias = db.prepare<[number, string]>('DELETE FROM model_aliases WHERE model = ? AND alias = ?')
  return {
    setModelTag: (name, tag) => {
      checkRegistryTag(tag)
      setTag.run(rows.model(name).id, tag.key, tag.value)
    },
    deleteModelTag: (name, key) => void deleteTag.run(rows.model(name).id, key),
    setAlias: (name, alias, version) => {
      checkNewAlias(alias)
      setAlias.run(rows.version(name, version).model, alias, version)
    },
    deleteAlias: (name, alias) => {
      checkAlias(alias)
      deleteAlias.run(rows.model(name).id, alias)
    },
  }
}

/** What belongs to a model, its own row last. */
const TABLES = ['registered_model_tags', 'model_version_tags', 'model_aliases', 'model_versions'] as const

// oxlint-disable-next-line typescript/explicit-function-return-type -- the types are those of the statements
function modelStatements(db: Database) {
  return {
    find: db.prepare<[string]>("SELECT 1 FROM registered_models WHERE project = 'default' AND name = ?"),
    insert: db.prepare<[string, string | null, number, number]>(
      `INSERT INTO registered_models (project, created_by, name, description, created_at, updated_at)
       VALUES ('default', 'local', ?, ?, ?, ?)`,
    ),
    rename: db.prepare<[string, number, number]>('UPDATE registered_models SET name = ?, updated_at = ? WHERE id = ?'),
    touchVersions: db.prepare<[number, number]>('UPDATE model_versions SET updated_at = ? WHERE model = ?'),
    describe: db.prepare<[string, number, number]>(
      'UPDATE registered_models SET description = ?, updated_at = ? WHERE id = ?',
    ),
    remove: [
      ...TABLES.map((table) => db.prepare<[number]>(`DELETE FROM ${table} WHERE model = ?`)),
      db.prepare<[number]>('DELETE FROM registered_models WHERE id = ?'),
    ],
    setTag: db.prepare<[number, string, string]>(SET_TAG),
  }
}

function taken(rows: RegistryRows, name: string, prompt: boolean): Problem {
  const there = isPrompt(rows.modelTags(rows.model(name).id))
  if (there === prompt) {
    const words = `${prompt ? 'Prompt' : 'Registered Model'} (name=${name}) already exists.`
    return new Problem('tracking_exists', `${words} Choose another name, or make a version of it.`)
  }
  const words = `The name '${name}' is that of a ${there ? 'prompt' : 'registered model'} already: choose another one.`
  return new Problem('tracking_exists', words)
}
