import type { Database } from '#core/store/index.ts'
import { openKeyNames } from './keys.ts'
import { openOrigins } from './metric-origins.ts'
import { valueOf } from './metric-point.ts'
import { addTo } from './pair-reads.ts'
import type { Metric } from './types.ts'

type Row = readonly [run: number, key: number, value: number, at: number, step: number, nan: number, origin: number]

const COLUMNS = 'run, key, value, at, step, nan, origin'

/**
 * Reads the latest point of each series of many runs in one query, by the numbers of the runs' rows; runs without any are
 * not in it.
 */
export function latestOf(db: Database): (runs: readonly number[]) => Map<number, readonly Metric[]> {
  const metricOf = openMetricOf(db)
  const many = db
    .prepare<[string], Row>(`SELECT ${COLUMNS} FROM series WHERE run IN (SELECT value FROM json_each(?))`)
    .raw()
  return (runs) => {
    const found = new Map<number, Metric[]>()
    for (const row of many.all(JSON.stringify(runs))) addTo(found, row[0], metricOf(row))
    return found
  }
}

function openMetricOf(db: Database): (row: Row) => Metric {
  const keyName = openKeyNames(db)
  const originOf = openOrigins(db)
  return ([, key, value, timestamp, step, nan, origin]) => {
    const metric = { key: keyName(key), value: valueOf(value, nan), timestamp, step }
    return origin === 0 ? metric : { ...metric, ...originOf(origin) }
  }
}
