import type { Database } from '#core/store/index.ts'
import { openChart } from './chart.ts'
import { readPageToken, writePageToken, type PageToken } from './filter/index.ts'
import { openHistoryInterval } from './history-interval.ts'
import { invalid, invalidValue } from './limits.ts'
import { openOrigins } from './metric-origins.ts'
import { BEFORE_ALL, valueOf } from './metric-point.ts'
import { openSeriesIds } from './series-ids.ts'
import type { HistoryQuery, Metric, Page, TrackingReads } from './types.ts'

/** The reads of series, on any connection. */
export type HistoryReads = Pick<TrackingReads, 'history' | 'historyInterval' | 'chart'>

/** Prepares the reads of series. Unknown runs are `not_found`; keys that were never logged have no points. */
export function openHistoryReads(db: Database): HistoryReads {
  return {
    history: openHistory(db),
    historyInterval: openHistoryInterval(db),
    chart: openChart(db),
  }
}

type Row = readonly [step: number, at: number, value: number, nan: number, origin: number]
type Cursor = readonly [step: number, at: number, value: number, nan: number]
type Values = [
  ...[run: number, key: number, first: number, second: number, value: number, nan: number],
  ...[limit: number, offset: number],
]

const FROM_START: Cursor = [BEFORE_ALL.step, BEFORE_ALL.at, 0, 0]

function openHistory(db: Database): TrackingReads['history'] {
  const series = openSeriesIds(db)
  const originOf = openOrigins(db)
  const read = openPoints(db)
  const metricOf = (key: string, [step, timestamp, value, nan, origin]: Row): Metric => {
    const metric = { key, value: valueOf(value, nan), timestamp, step }
    return origin === 0 ? metric : { ...metric, ...originOf(origin) }
  }
  const history = (query: HistoryQuery): Page<Metric> => {
    const { runId, key, maxResults = 0 } = query
    if (!Number.isSafeInteger(maxResults) || maxResults < 0) {
      throw invalidValue('max_results', maxResults, 'It must be a nonnegative integer')
    }
    const search = JSON.stringify(['history', runId, key])
    const page = readPageToken(query.pageToken, search)
    const id = series.find(runId, key)
    if (id === undefined) return { items: [] }
    const rows = read(id, page, maxResults === 0 ? -1 : maxResults + 1)
    const items = (maxResults === 0 ? rows : rows.slice(0, maxResults)).map((row) => metricOf(key, row))
    const last = rows.length === items.length ? undefined : rows[items.length - 1]
    return last === undefined ? { items } : { items, next: writePageToken({ after: cursorOf(last) }, search) }
  }
  return history
}

type Asked = { readonly run: number; readonly key: number; readonly disordered: boolean }

/** Reads points by time, step, value. Where that is the order in which they lie, a page costs the same everywhere. */
function openPoints(db: Database): (asked: Asked, page: PageToken | undefined, limit: number) => readonly Row[] {
  const statement = (order: string) =>
    db
      .prepare<Values, Row>(
        `SELECT step, at, value, nan, origin FROM metrics WHERE run = ? AND key = ? AND (${order}) > (?, ?, ?, ?)
         ORDER BY ${order} LIMIT ? OFFSET ?`,
      )
      .raw()
  const byStep = statement('step, at, value, nan')
  const byTime = statement('at, step, value, nan')
  return ({ run, key, disordered }, page, limit) => {
    const offset = page !== undefined && 'offset' in page ? page.offset : 0
    const [step, at, value, nan] = page !== undefined && 'after' in page ? readCursor(page.after) : FROM_START
    return disordered
      ? byTime.all(run, key, at, step, value, nan, limit, offset)
      : byStep.all(run, key, step, at, value, nan, limit, offset)
  }
}

/** Values as texts, since JSON has no infinities. */
function cursorOf([step, at, value, nan]: Row): readonly (string | number)[] {
  return [step, at, String(value), nan]
}

function readCursor(after: readonly (string | number | null)[]): Cursor {
  const cursor = after.map(Number)
  const [step, at, value, nan] = cursor
  const isCursor = cursor.length === 4 && !cursor.some(Number.isNaN)
  if (!isCursor || step === undefined || at === undefined || value === undefined || nan === undefined) {
    throw invalid(
      'Invalid page token: it is not one of a history. Use the next_page_token of the page before as it is.',
    )
  }
  return [step, at, value, nan]
}
