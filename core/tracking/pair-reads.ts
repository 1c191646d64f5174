import type { Database } from '#core/store/index.ts'
import { openKeyNames } from './keys.ts'
import type { Pair } from './types.ts'

/** A table of keys and values, and the column that says whose they are. */
type PairTable = {
  readonly table: 'params' | 'tags' | 'experiment_tags' | 'model_params' | 'model_tags'
  readonly owner: 'run' | 'experiment' | 'model'
}

/** Reads the pairs of many owners at once, by the number of the owner; who has none is missing. */
export function openPairReads(
  db: Database,
  { table, owner }: PairTable,
): (owners: readonly number[]) => ReadonlyMap<number, readonly Pair[]> {
  const nameOf = openKeyNames(db)
  const read = db
    .prepare<[string], readonly [owner: number, key: number, value: string]>(
      `SELECT ${owner}, key, value FROM ${table} WHERE ${owner} IN (SELECT value FROM json_each(?))`,
    )
    .raw()
  return (owners) => {
    const pairs = new Map<number, Pair[]>()
    if (owners.length === 0) return pairs
    for (const [of, key, value] of read.all(JSON.stringify(owners))) {
      addTo(pairs, of, { key: nameOf(key), value })
    }
    return pairs
  }
}

/** Adds an item to the list of an owner. */
export function addTo<Owner, Item>(lists: Map<Owner, Item[]>, owner: Owner, item: Item): void {
  const list = lists.get(owner)
  if (list === undefined) lists.set(owner, [item])
  else list.push(item)
}
