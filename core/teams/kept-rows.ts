type Keyed = { readonly id: string; readonly hash: string }

/** Rows in memory in the order in which they came, found by id and by hash. */
export type Kept<Row> = {
  all(): Row[]
  byId(id: string): Row | undefined
  byHash(hash: string): Row | undefined
  add(row: Row): void
  /** Puts a row in the place of the one with its id; nothing where there is none. */
  replace(row: Row): void
  remove(id: string): void
}

export function keepRows<Row extends Keyed>(rows: readonly Row[]): Kept<Row> {
  const byId = new Map(rows.map((row) => [row.id, row]))
  const idOfHash = new Map(rows.map((row) => [row.hash, row.id]))
  const find = (id: string | undefined) => (id === undefined ? undefined : byId.get(id))
  return {
    all: () => [...byId.values()],
    byId: find,
    byHash: (hash) => find(idOfHash.get(hash)),
    add: (row) => {
      byId.set(row.id, row)
      idOfHash.set(row.hash, row.id)
    },
    replace: (row) => {
      if (byId.has(row.id)) byId.set(row.id, row)
    },
    remove: (id) => {
      const row = byId.get(id)
      byId.delete(id)
      if (row !== undefined) idOfHash.delete(row.hash)
    },
  }
}
