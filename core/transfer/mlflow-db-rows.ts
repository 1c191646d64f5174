import type { Database } from '#core/store/index.ts'
import type { Pair } from '#core/tracking/index.ts'
import { textOf } from './values.ts'

/** A row of a database that somebody else wrote: any column may be missing or of any type. */
export type Row = Readonly<Record<string, unknown>>

const PAGE = 2_000

/** Reads of a database of MLflow: a page at a time, with no lock held in between. Tables that are not there are empty. */
export type Rows = {
  has(table: string): boolean
  count(table: string): number
  /** All rows, in the order in which they were written. `key`: a column that all rows have. */
  all(table: string, key: string, page?: number): Generator<Row>
  /** The rows of which a column has a value. */
  of(table: string, column: string): (value: string | number) => readonly Row[]
  /** Pairs by their owner. */
  pairs(table: string, owner: string, names?: { readonly key: string; readonly value: string }): (id: string) => Pair[]
}

/** Names are those of this code, never of a source. */
export function openRows(db: Database): Rows {
  const tables = new Set(db.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all())
  const of: Rows['of'] = (table, column) => {
    if (!tables.has(table)) return () => []
    const statement = db.prepare<[string | number], Row>(`SELECT * FROM ${table} WHERE ${column} = ? ORDER BY rowid`)
    return (value) => statement.all(value)
  }
  return {
    has: (table) => tables.has(table),
    count: (table) =>
      tables.has(table) ? (db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0) : 0,
    of,
    all: (table, key, page = PAGE) => (tables.has(table) ? allRows(db, { table, key, page }) : none()),
    pairs: (table, owner, { key, value } = { key: 'key', value: 'value' }) => {
      const find = of(table, owner)
      return (id) => find(id).map((row) => ({ key: textOf(row[key]), value: textOf(row[value]) }))
    },
  }
}

function* none(): Generator<Row> {}

type Read = { readonly table: string; readonly key: string; readonly page: number }

function* allRows(db: Database, { table, key, page }: Read): Generator<Row> {
  const statement = db.prepare<[number, number], Row & { readonly at_row: number }>(
    // Last, so that no column of theirs stands in its place.
    `SELECT *, rowid AS at_row FROM ${table} WHERE rowid > ? AND ${key} IS NOT NULL ORDER BY rowid LIMIT ?`,
  )
  for (let last = Number.MIN_SAFE_INTEGER; ;) {
    const rows = statement.all(last, page)
    yield* rows
    const end = rows.at(-1)
    if (end === undefined || rows.length < page) return
    last = end.at_row
  }
}
