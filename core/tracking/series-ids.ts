import type { Database } from '#core/store/index.ts'
import type { SeriesId } from './block-rows.ts'
import { BEFORE_ALL, type Place } from './metric-point.ts'
import { noRun } from './views.ts'

/** A series as reads of it need it. */
export type FoundSeries = SeriesId & {
  readonly count: number
  /** False where the order by step is surely the one by time too. */
  readonly disordered: boolean
  /** Points up to there are in blocks. */
  readonly sealed: Place
}

type Row = readonly [...[key: number, count: number, disordered: number], ...[step: number | null, at: number | null]]

/** Finds series by the names that requests have for them. */
export type SeriesIds = {
  /** Undefined where nothing was logged under the key. Throws Problem `not_found` for a run that is not there. */
  find(runId: string, key: string): FoundSeries | undefined
}

/** Prepares the look-up on any connection. */
export function openSeriesIds(db: Database): SeriesIds {
  const findRun = db.prepare<[string], number>('SELECT id FROM runs WHERE run_id = ?').pluck()
  const findSeries = db
    .prepare<[number, string], Row>(
      `SELECT s.key, s.count, s.disordered, s.sealed_step, s.sealed_at FROM series s
       WHERE s.run = ? AND s.key = (SELECT id FROM keys WHERE name = ?)`,
    )
    .raw()
  return {
    find(runId, name) {
      const run = findRun.get(runId)
      if (run === undefined) throw noRun(runId)
      const row = findSeries.get(run, name)
      if (row === undefined) return undefined
      const [key, count, disordered, step, at] = row
      const sealed = step === null || at === null ? BEFORE_ALL : { step, at }
      return { run, key, count, disordered: disordered === 1, sealed }
    },
  }
}
