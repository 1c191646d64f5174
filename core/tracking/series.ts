import type { Database } from '#core/store/index.ts'
import { greatest, least } from './block.ts'
import type { SeriesId } from './block-rows.ts'
import type { Sealing } from './blocks.ts'
import { BEFORE_ALL, comparePlaces, comparePoints, type Point } from './metric-point.ts'

/** What is known of all points of a series. */
export type Series = Sealing & {
  /** The greatest by step, time, value. */
  readonly latest: Point
  readonly count: number
  /** How many values are finite, and of these the least, the greatest and the sum. */
  readonly finite: number
  readonly min: number | null
  readonly max: number | null
  readonly sum: number
  /** False where the order by step is surely the one by time too. */
  readonly disordered: boolean
}

/** A series with one more point; undefined is one without any. */
export function withPoint(series: Series | undefined, point: Point): Series {
  const isFinite = point.nan === 0 && Number.isFinite(point.value)
  const value = isFinite ? point.value : null
  const {
    latest = point,
    count = 0,
    finite = 0,
    min = null,
    max = null,
    sum = 0,
    disordered = false,
    sealed = BEFORE_ALL,
    unsealed = 0,
    late = 0,
  } = series ?? {}
  const isSealed = comparePlaces(point, sealed) <= 0
  return {
    latest: comparePoints(point, latest) > 0 ? point : latest,
    count: count + 1,
    finite: finite + (isFinite ? 1 : 0),
    min: least(min, value),
    max: greatest(max, value),
    sum: sum + (value ?? 0),
    disordered: disordered || comparePlaces(point, latest) < 0 || point.at < latest.at,
    sealed,
    unsealed: unsealed + (isSealed ? 0 : 1),
    late: late + (isSealed ? 1 : 0),
  }
}

type Row = readonly [
  ...[step: number, at: number, value: number, nan: number, origin: number],
  ...[count: number, finite: number, min: number | null, max: number | null, sum: number],
  ...[sealedStep: number | null, sealedAt: number | null, unsealed: number, late: number, disordered: number],
]

const COLUMNS =
  'step, at, value, nan, origin, count, finite, min, max, sum, sealed_step, sealed_at, unsealed, late, disordered'

/** The rows of series, on the writer's connection. */
export type SeriesRows = {
  get(id: SeriesId): Series | undefined
  put(id: SeriesId, series: Series): void
  /**
   * Does at once what `get`, `withPoint` and `put` do, for the point of which programs log thousands: a finite one that
   * comes behind all others by step, and not before the latest by time. Else, and where no series is or it would have
   * `enough` unsealed points, does nothing and returns false.
   */
  append(id: SeriesId, point: Point, enough: number): boolean
}

type Appended = [...[step: number, at: number, value: number, origin: number], ...[number, number, number], ...Bounds]
type Bounds = [run: number, key: number, step: number, at: number, unsealed: number]

/** Prepares reads and writes of the rows. */
export function openSeriesRows(db: Database): SeriesRows {
  const get = db.prepare<[number, number], Row>(`SELECT ${COLUMNS} FROM series WHERE run = ? AND key = ?`).raw()
  const put = db.prepare<[number, number, ...Row]>(
    `INSERT OR REPLACE INTO series (run, key, ${COLUMNS}) VALUES (${'?, '.repeat(16)}?)`,
  )
  const append = db.prepare<Appended>(
    `UPDATE series SET step = ?, at = ?, value = ?, nan = 0, origin = ?, count = count + 1, finite = finite + 1,
       min = min(ifnull(min, 9e999), ?), max = max(ifnull(max, -9e999), ?), sum = sum + ?, unsealed = unsealed + 1
     WHERE run = ? AND key = ? AND step < ? AND at <= ? AND unsealed < ?`,
  )
  return {
    get({ run, key }) {
      const row = get.get(run, key)
      return row === undefined ? undefined : seriesOf(row)
    },
    put: ({ run, key }, series) => void put.run(run, key, ...rowOf(series)),
    append({ run, key }, { step, at, value, nan, origin }, enough) {
      if (nan === 1 || !Number.isFinite(value)) return false
      const bounds: Bounds = [run, key, step, at, enough - 1]
      return append.run(step, at, value, origin, value, value, value, ...bounds).changes === 1
    },
  }
}

function seriesOf(row: Row): Series {
  const [step, at, value, nan, origin, count, finite, min, max, sum, sealedStep, sealedAt, unsealed, late, disordered] =
    row
  return {
    latest: { step, at, value, nan, origin },
    count,
    finite,
    min,
    max,
    sum,
    sealed: sealedStep === null || sealedAt === null ? BEFORE_ALL : { step: sealedStep, at: sealedAt },
    unsealed,
    late,
    disordered: disordered === 1,
  }
}

function rowOf({ latest, count, finite, min, max, sum, sealed, unsealed, late, disordered }: Series): Row {
  const { step, at, value, nan, origin } = latest
  const [sealedStep, sealedAt] = sealed.at < 0 ? [null, null] : [sealed.step, sealed.at]
  const flag = disordered ? 1 : 0
  return [step, at, value, nan, origin, count, finite, min, max, sum, sealedStep, sealedAt, unsealed, late, flag]
}
