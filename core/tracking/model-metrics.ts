import { Problem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import { openKeyNames } from './keys.ts'
import { openOrigins } from './metric-origins.ts'
import { valueOf, type Point } from './metric-point.ts'
import { addTo } from './pair-reads.ts'
import type { LoggedModel } from './types.ts'

type Measured = { readonly run: number; readonly key: number; readonly point: Point }
type Row = readonly [
  ...[model: number, runId: string, key: number, value: number],
  ...[nan: number, step: number, at: number, origin: number],
]

/** That no logged model has an id. */
export function noModel(id: string): Problem {
  return new Problem('not_found', `Logged model with ID '${id}' not found.`)
}

/** Writes of values that a logged model was measured with: the latest of each run, key and dataset is kept. */
export function openModelMetricWrites(db: Database): { put(modelId: string, measured: Measured): void } {
  const find = db.prepare<[string], number>('SELECT id FROM logged_models WHERE model_id = ?').pluck()
  const put = db.prepare<number[]>(
    `INSERT INTO model_metrics (model, key, origin, run, step, at, value, nan) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET step = excluded.step, at = excluded.at, value = excluded.value, nan = excluded.nan
     WHERE (excluded.step, excluded.at, excluded.value, excluded.nan) > (step, at, value, nan)`,
  )
  return {
    put(modelId, { run, key, point: { origin, step, at, value, nan } }) {
      const model = find.get(modelId)
      if (model === undefined) throw noModel(modelId)
      put.run(model, key, origin, run, step, at, value, nan)
    },
  }
}

/** The measured values of many logged models, by the numbers of their rows; models without any are not in it. */
export function openModelMetrics(
  db: Database,
): (rows: readonly number[]) => Map<number, LoggedModel['metrics'][number][]> {
  const keyName = openKeyNames(db)
  const originOf = openOrigins(db)
  const all = db
    .prepare<[string], Row>(
      `SELECT m.model, r.run_id, m.key, m.value, m.nan, m.step, m.at, m.origin
       FROM model_metrics m JOIN runs r ON r.id = m.run
       WHERE m.model IN (SELECT value FROM json_each(?)) ORDER BY m.model, m.key, m.at, m.step`,
    )
    .raw()
  return (rows) => {
    const found = new Map<number, LoggedModel['metrics'][number][]>()
    for (const [model, runId, key, value, nan, step, timestamp, origin] of all.all(JSON.stringify(rows))) {
      const metric = { key: keyName(key), value: valueOf(value, nan), timestamp, step, ...originOf(origin), runId }
      addTo(found, model, metric)
    }
    return found
  }
}
