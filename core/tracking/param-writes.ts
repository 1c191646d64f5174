import type { Database } from '#core/store/index.ts'
import type { RunPlace } from './active-runs.ts'
import type { Keys } from './keys.ts'
import { checkParam, invalid } from './limits.ts'
import type { Pair } from './types.ts'

/**
 * Sets parameters of a run, inside of a transaction. Throws Problem `tracking_invalid` where one has another value, also
 * within the list.
 */
export function openParamWrites(db: Database, keys: Keys): (run: RunPlace, params: readonly Pair[]) => void {
  const add = db.prepare<[number, number, string]>('INSERT INTO params VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
  const find = db.prepare<[number, number], string>('SELECT value FROM params WHERE run = ? AND key = ?').pluck()
  return (run, params) => {
    const pairs = params.map((param, index) => checkParam(param, `params[${index}]`))
    checkUnique(pairs)
    for (const { key, value } of pairs) {
      const number = keys.id(key)
      if (add.run(run.rowid, number, value).changes > 0) continue
      const old = find.get(run.rowid, number)
      if (old !== value) throw changing({ key, value }, old, run.runId)
    }
  }
}

function changing({ key, value }: Pair, old: string | undefined, runId: string): Error {
  return invalid(
    `Changing param values is not allowed. Param with key='${key}' was already logged with value='${old}' for run ID='${runId}'. Attempted logging new value '${value}'.`,
  )
}

function checkUnique(params: readonly Pair[]): void {
  const values = new Map<string, string>()
  for (const { key, value } of params) {
    const other = values.get(key)
    if (other !== undefined && other !== value) {
      throw invalid(
        `Duplicate parameter keys have been submitted: ['${key}']. Please ensure the request contains only one param value per param key.`,
      )
    }
    values.set(key, value)
  }
}
