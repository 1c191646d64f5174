import type { Database } from '#core/store/index.ts'
import type { SeriesId } from './block-rows.ts'
import { invalid, invalidValue } from './limits.ts'
import { openOrigins } from './metric-origins.ts'
import { AFTER_ALL, BEFORE_ALL, valueOf } from './metric-point.ts'
import { openSeriesIds } from './series-ids.ts'
import type { Metric, TrackingReads } from './types.ts'

type Query = Parameters<TrackingReads['historyInterval']>[0]
type Found = SeriesId & { readonly runId: string; readonly steps: readonly number[] }
type Row = readonly [step: number, at: number, value: number, nan: number, origin: number]

/** Prepares `historyInterval` on any connection. */
export function openHistoryInterval(db: Database): TrackingReads['historyInterval'] {
  const series = openSeriesIds(db)
  const originOf = openOrigins(db)
  const steps = db
    .prepare<[number, number, number, number], number>(
      'SELECT DISTINCT step FROM metrics WHERE run = ? AND key = ? AND step BETWEEN ? AND ? ORDER BY step',
    )
    .pluck()
  const points = db
    .prepare<[number, number, string], Row>(
      `SELECT step, at, value, nan, origin FROM metrics
       WHERE run = ? AND key = ? AND step IN (SELECT value FROM json_each(?)) ORDER BY step, at, value, nan`,
    )
    .raw()
  const interval = (query: Query): readonly (Metric & { readonly runId: string })[] => {
    const [from, to] = rangeOf(query)
    const runIds = [...new Set(query.runIds)].toSorted()
    const found = runIds.flatMap((runId): Found[] => {
      const id = series.find(runId, query.key)
      return id === undefined ? [] : [{ ...id, runId, steps: steps.all(id.run, id.key, from, to) }]
    })
    const chosen = JSON.stringify(chooseSteps(found, query.maxResults))
    return found.flatMap(({ run, key, runId }) =>
      points.all(run, key, chosen).map(([step, timestamp, value, nan, origin]) => {
        return { key: query.key, value: valueOf(value, nan), timestamp, step, ...originOf(origin), runId }
      }),
    )
  }
  return interval
}

function rangeOf({ startStep, endStep, maxResults }: Query): readonly [from: number, to: number] {
  if (!Number.isSafeInteger(maxResults) || maxResults < 1) {
    throw invalidValue('max_results', maxResults, 'It must be a positive integer')
  }
  if ((startStep === undefined) !== (endStep === undefined)) {
    throw invalid('If either start step or end step are specified, both must be specified.')
  }
  const [from, to] = [startStep ?? BEFORE_ALL.step, endStep ?? AFTER_ALL.step]
  if (from > to) throw invalid(`end_step must be greater than start_step. Found start_step=${from} and end_step=${to}.`)
  return [from, to]
}

/** Of all steps so many, evenly by their number, with the last; and the first and the last step of each series. */
function chooseSteps(found: readonly Found[], most: number): readonly number[] {
  const [only] = found
  const all =
    only !== undefined && found.length === 1
      ? only.steps
      : Array.from(new Set(found.flatMap(({ steps }) => steps))).toSorted((a, b) => a - b)
  if (all.length <= most) return all
  const chosen = new Set<number>()
  const add = (step: number | undefined): void => void (step !== undefined && chosen.add(step))
  for (let index = 0; index < most; index += 1) add(all[Math.floor((index * all.length) / most)])
  add(all.at(-1))
  for (const { steps } of found) {
    add(steps[0])
    add(steps.at(-1))
  }
  return [...chosen]
}
