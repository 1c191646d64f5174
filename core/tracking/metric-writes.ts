import type { Database } from '#core/store/index.ts'
import { openBlocks, PACE, type Pace } from './blocks.ts'
import type { SeriesId } from './block-rows.ts'
import type { Keys } from './keys.ts'
import { checkKey } from './limits.ts'
import { checkPoint } from '#core/wire/index.ts'
import { openOriginIds } from './metric-origins.ts'
import { BEFORE_ALL, comparePlaces, comparePoints, type Point } from './metric-point.ts'
import { openModelMetricWrites } from './model-metrics.ts'
import { addTo } from './pair-reads.ts'
import { openSeriesRows, withPoint, type Series } from './series.ts'
import type { Metric } from './types.ts'

/** Writes of metrics, inside of a transaction of the caller. */
export type MetricWrites = {
  /**
   * Adds points to the series of a run; exact repeats are swallowed. Points that name a model are measured values of that
   * model too. Throws Problem `tracking_invalid`, which names the first point that cannot be one, before it writes
   * anything, and `not_found` for a model that is not there.
   */
  add(run: { readonly rowid: number; readonly runId: string }, metrics: readonly Metric[]): void
}

/** Prepares the writes on the writer's connection. */
export function openMetricWrites(db: Database, keys: Keys, pace?: Pace): MetricWrites {
  const originOf = openOriginIds(db)
  const models = openModelMetricWrites(db)
  const addPoints = openPointWrites(db, pace)
  return {
    add(run, metrics) {
      checkMetrics(metrics)
      const series = new Map<string, Point[]>()
      for (const metric of metrics) {
        const point = pointOf(metric, originOf(metric))
        addTo(series, metric.key, point)
        if (metric.modelId !== undefined && metric.modelId !== '') {
          models.put(metric.modelId, { run: run.rowid, key: keys.id(metric.key), point })
        }
      }
      for (const [key, points] of series)
        addPoints({ run: run.rowid, key: keys.id(key) }, points.toSorted(comparePoints))
    },
  }
}

/** Adds points, in their order, to one series and to its pyramid. */
function openPointWrites(db: Database, pace: Pace = PACE): (id: SeriesId, points: readonly Point[]) => void {
  const rows = openSeriesRows(db)
  const blocks = openBlocks(db, pace)
  const insert = db.prepare<[number, number, number, number, number, number, number]>(
    `INSERT INTO metrics (run, key, step, at, value, nan, origin) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  return (id, points) => {
    const [only] = points
    if (only !== undefined && points.length === 1 && rows.append(id, only, pace.enough)) {
      // It is behind all others, so it is new.
      insert.run(id.run, id.key, only.step, only.at, only.value, only.nan, only.origin)
      return
    }
    const before = rows.get(id)
    let series: Series | undefined = before
    const sealed = before?.sealed ?? BEFORE_ALL
    for (const point of points) {
      const { step, at, value, nan, origin } = point
      if (insert.run(id.run, id.key, step, at, value, nan, origin).changes === 0) continue
      series = withPoint(series, point)
      if (comparePlaces(point, sealed) <= 0) blocks.addLate(id, point)
    }
    if (series === undefined || series === before) return
    rows.put(id, { ...series, ...blocks.settle(id, series) })
  }
}

/** Throws Problem `tracking_invalid` for the first point that cannot be one. */
export function checkMetrics(metrics: readonly Metric[]): void {
  const known = new Set<string>()
  for (const [index, metric] of metrics.entries()) {
    if (!known.has(metric.key)) checkKey(metric.key, `metrics[${index}].key`)
    known.add(metric.key)
    checkPoint(metric, index)
  }
}

function pointOf({ step, timestamp, value }: Metric, origin: number): Point {
  const isNan = Number.isNaN(value)
  return { step, at: timestamp, value: isNan ? 0 : value, nan: isNan ? 1 : 0, origin }
}
