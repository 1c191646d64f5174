import { Problem } from '#core/base/problem.ts'
import type { Database, Statement } from '#core/store/index.ts'
import type { Keys } from './keys.ts'
import { checkParam, checkTag, invalid } from './limits.ts'
import type { Pair } from './types.ts'

/** Writes of the parameters and tags of logged models, which are named by the numbers of their rows. */
export type ModelPairs = {
  /** Throws Problem `tracking_invalid` where a parameter has another value. */
  addParams(row: number, params: readonly Pair[]): void
  setTags(row: number, tags: readonly Pair[]): void
  /** Throws Problem `not_found` where there is none of that key. */
  deleteTag(model: { readonly id: string; readonly row: number }, key: string): void
}

/** Prepares the writes on the writer's connection. */
export function openModelPairs(db: Database, keys: Keys): ModelPairs {
  const touch = db.prepare<[number, number]>('UPDATE logged_models SET updated_at = ? WHERE id = ?')
  const { addParam } = openParams(db)
  const { setTag, deleteTag } = openTags(db)
  return {
    addParams(row, params) {
      const checked = params.map((each, index) => checkParam(each, `params[${index}]`))
      for (const { key, value } of checked) addParam([row, keys.id(key)], { key, value })
      touch.run(Date.now(), row)
    },
    setTags(row, tags) {
      const checked = tags.map((each, index) => checkTag(each, `tags[${index}]`))
      for (const { key, value } of checked) setTag.run(row, keys.id(key), value)
      touch.run(Date.now(), row)
    },
    deleteTag({ id, row }, key) {
      const { changes } = deleteTag.run(row, key)
      if (changes === 0) throw new Problem('not_found', `No tag with key '${key}' for model with ID '${id}'.`)
      touch.run(Date.now(), row)
    },
  }
}

type Spot = [model: number, key: number]

function openParams(db: Database): { readonly addParam: (spot: Spot, param: Pair) => void } {
  const find = db.prepare<Spot, string>('SELECT value FROM model_params WHERE model = ? AND key = ?').pluck()
  const add = db.prepare<[...Spot, string]>('INSERT INTO model_params (model, key, value) VALUES (?, ?, ?)')
  return {
    addParam: (spot, { key, value }) => {
      const old = find.get(...spot)
      if (old === undefined) add.run(...spot, value)
      else if (old !== value) throw changed(key, old, value)
    },
  }
}

function openTags(db: Database): {
  readonly setTag: Statement<[...Spot, string]>
  readonly deleteTag: Statement<[number, string]>
} {
  return {
    setTag: db.prepare(
      'INSERT INTO model_tags (model, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    ),
    deleteTag: db.prepare('DELETE FROM model_tags WHERE model = ? AND key = (SELECT id FROM keys WHERE name = ?)'),
  }
}

function changed(key: string, old: string, value: string): Problem {
  return invalid(
    `Changing param values is not allowed. Param with key='${key}' was already logged with value='${old}'. Attempted logging new value '${value}'.`,
  )
}
