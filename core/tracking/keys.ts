import type { Database } from '#core/store/index.ts'
import { keep, openCommittedCache } from './committed-cache.ts'

/** So many names are kept in memory: with 250 characters each that is a few MB at the most. */
const KEPT = 20_000

/** Names of metrics, parameters and tags as integers. */
export type Keys = {
  /**
   * The integer of a name, which is given one where it has none; only inside of a transaction of the writer. Right also
   * after that transaction, or the savepoint within it, was rolled back.
   */
  id(name: string): number
}

/** The keys of the writer's connection. */
export function openKeys(db: Database): Keys {
  const find = db.prepare<[string], number>('SELECT id FROM keys WHERE name = ?').pluck()
  const add = db.prepare<[string]>('INSERT INTO keys (name) VALUES (?)')
  const known = openCommittedCache<string, number>(db, { most: KEPT, read: (name) => find.get(name) })
  const insert = (name: string): number => {
    known.changed(name)
    return Number(add.run(name).lastInsertRowid)
  }
  return { id: (name) => known.get(name) ?? insert(name) }
}

/** The names of keys by their integers, on any connection. An integer that no key has is a bug. */
export function openKeyNames(db: Database): (id: number) => string {
  const find = db.prepare<[number], string>('SELECT name FROM keys WHERE id = ?').pluck()
  const kept = new Map<number, string>()
  return (id) => {
    const known = kept.get(id)
    if (known !== undefined) return known
    const name = find.get(id)
    if (name === undefined) throw new Error(`no key has the number ${id}`)
    // The writer sees in its transaction what may yet be undone.
    if (db.readonly || !db.inTransaction) keep(kept, [id, name], KEPT)
    return name
  }
}
