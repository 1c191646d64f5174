import type { MetricValue } from '#core/contract/tracking.ts'
import type { Database } from '#core/store/index.ts'
import { FOLDS, type Fold } from './filter/index.ts'
import { valueOf } from './metric-point.ts'
import { addTo } from './pair-reads.ts'

/** Which columns a table of runs has; a metric may end in a fold: `loss@min`. */
export type Columns = {
  readonly metrics: readonly string[]
  readonly params: readonly string[]
  readonly tags: readonly string[]
}
/** Values of a run by the names of the columns. */
export type ColumnValues = {
  readonly metrics: Record<string, MetricValue>
  readonly params: Record<string, string>
  readonly tags: Record<string, string>
}
type SeriesRow = readonly [
  ...[run: number, key: number, value: number, nan: number],
  ...[min: number | null, max: number | null, mean: number | null],
]
type PairRow = readonly [run: number, key: number, value: string]
type Asked = [runs: string, keys: string]

/** Prepares the read of some columns of many runs by the numbers of their rows: only what is asked for is looked at. */
export function openColumnValues(
  db: Database,
): (runs: readonly number[], columns: Columns) => (run: number) => ColumnValues {
  const keyOf = db.prepare<[string], number>('SELECT id FROM keys WHERE name = ?').pluck()
  const series = db
    .prepare<Asked, SeriesRow>(
      `SELECT run, key, value, nan, min, max, sum / nullif(finite, 0) FROM series
       WHERE run IN (SELECT value FROM json_each(?)) AND key IN (SELECT value FROM json_each(?))`,
    )
    .raw()
  const [params, tags] = [openPairs(db, 'params'), openPairs(db, 'tags')]
  return (runs, columns) => {
    const found = new Map<number, ColumnValues>()
    const of = (run: number): ColumnValues => {
      const values = found.get(run) ?? { metrics: noValues(), params: noValues(), tags: noValues() }
      found.set(run, values)
      return values
    }
    const rows = JSON.stringify(runs)
    const ask = (asked: readonly Column[]) => byKey(asked, (name) => keyOf.get(name))
    const metrics = ask(columns.metrics.map(foldOf))
    for (const row of metrics.size === 0 ? [] : series.all(rows, JSON.stringify([...metrics.keys()]))) {
      addSeries(of(row[0]).metrics, row, metrics.get(row[1]) ?? [])
    }
    for (const [kind, read] of [
      ['params', params],
      ['tags', tags],
    ] as const) {
      const names = ask(columns[kind].map((name) => ({ name, key: name, fold: 'last' })))
      for (const [run, key, value] of names.size === 0 ? [] : read.all(rows, JSON.stringify([...names.keys()]))) {
        for (const { name } of names.get(key) ?? []) of(run)[kind][name] = value
      }
    }
    return of
  }
}

function openPairs(db: Database, table: 'params' | 'tags') {
  return db
    .prepare<Asked, PairRow>(
      `SELECT run, key, value FROM ${table}
       WHERE run IN (SELECT value FROM json_each(?)) AND key IN (SELECT value FROM json_each(?))`,
    )
    .raw()
}

type Column = { readonly name: string; readonly key: string; readonly fold: Fold }

/** Columns by the numbers of their keys; those whose key nothing has are left out. */
function byKey(asked: readonly Column[], keyOf: (name: string) => number | undefined): Map<number, Column[]> {
  const columns = new Map<number, Column[]>()
  for (const column of asked) {
    const number = keyOf(column.key)
    if (number !== undefined) addTo(columns, number, column)
  }
  return columns
}

/** `loss@min` is a fold of `loss`: no key has an `@`. */
function foldOf(name: string): Column {
  const at = name.lastIndexOf('@')
  const fold = FOLDS.find((known) => at > 0 && known === name.slice(at + 1))
  return fold === undefined ? { name, key: name, fold: 'last' } : { name, key: name.slice(0, at), fold }
}

/** A key may be `__proto__`. */
function noValues<Value>(): Record<string, Value> {
  return Object.create(null)
}

function addSeries(
  values: Record<string, MetricValue>,
  [, , value, nan, min, max, mean]: SeriesRow,
  columns: readonly Column[],
): void {
  const folds = { last: valueOf(value, nan), min, max, mean }
  for (const { name, fold } of columns) {
    const folded = folds[fold]
    if (folded !== null) values[name] = metricValue(folded)
  }
}

/** A number as JSON can hold it. */
export function metricValue(value: number): MetricValue {
  if (Number.isFinite(value)) return value
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? 'Infinity' : '-Infinity'
}
