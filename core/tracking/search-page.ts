import type { Database } from '#core/store/index.ts'
import { readPageToken, writePageToken, type Sql } from './filter/index.ts'
import { invalid } from './limits.ts'
import type { Page } from './types.ts'

/** A search made ready: what comes before WHERE, what holds for its rows, and how they are sorted. */
export type PageQuery<Row> = {
  readonly select: string
  readonly where: readonly Sql[]
  readonly order: Sql
  readonly maxResults: number
  readonly pageToken?: string | undefined
  /** What is searched, as a text: the tokens are then for that search alone. */
  readonly search?: string
  /** Rows are arrays unless this is true. */
  readonly asObjects?: boolean
  /** For the natural order: rows behind these sort values, and the sort values of a row. */
  readonly keyset?: {
    readonly width: number
    after(values: readonly (string | number)[]): Sql
    of(row: Row): (string | number)[]
  }
}

/** Reads a page of rows, and one more, which says whether there is a next page. */
export function readPage<Row>(db: Database, query: PageQuery<Row>): Page<Row> {
  const { condition, offset } = beginOf(query)
  const where = [...query.where, ...condition]
  const rows = db
    .prepare<(string | number)[], Row>(
      `${query.select} WHERE ${where.map(({ sql }) => sql).join(' AND ')} ORDER BY ${query.order.sql} LIMIT ? OFFSET ?`,
    )
    .raw(query.asObjects !== true)
    .all(...where.flatMap(({ values }) => values), ...query.order.values, query.maxResults + 1, offset)
  if (rows.length <= query.maxResults) return { items: rows }
  const items = rows.slice(0, query.maxResults)
  const last = items.at(-1)
  const next =
    query.keyset === undefined || last === undefined
      ? { offset: offset + query.maxResults }
      : { after: query.keyset.of(last) }
  return { items, next: writePageToken(next, query.search) }
}

function beginOf<Row>({ pageToken, search, keyset }: PageQuery<Row>): {
  readonly condition: readonly Sql[]
  readonly offset: number
} {
  const token = readPageToken(pageToken, search)
  if (token === undefined) return { condition: [], offset: 0 }
  if ('offset' in token) return { condition: [], offset: token.offset }
  const values = token.after.filter((value) => value !== null)
  if (keyset === undefined || values.length !== keyset.width) {
    throw invalid('Invalid page token: it is of another search; begin without a token')
  }
  return { condition: [keyset.after(values)], offset: 0 }
}
