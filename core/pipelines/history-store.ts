import type { Store } from '#core/store/index.ts'
import { Rows } from './rows.ts'

/** One run that something can be learnt from. */
export type EarlierRun = { readonly id: string; readonly target: string }

export type EarlierPage = {
  readonly target: string
  readonly pipeline: string
  /** The id of the run that they are older than; null: the latest. */
  readonly before: string | null
  readonly limit: number
}

/** The last attempt of a step run that succeeded. Times are epoch milliseconds, null where they are not known. */
export type MeasuredAttempt = {
  readonly step: string
  readonly startedAt: number | null
  readonly finishedAt: number
  readonly cpuSeconds: number | null
  readonly peakMemoryBytes: number | null
}

/** Of a longer fan-out no more are looked at. */
const MOST_ITEMS = 10

/** Steps of a run that came to results, computed or from the cache. */
const DONE = `SELECT step FROM step_runs WHERE run = ? AND item = -1 AND status IN ('succeeded', 'cached')`

/** Each target once: from one to the next in an index, since a target may have a great many runs. */
const TARGETS = `WITH RECURSIVE targets (target) AS (
    SELECT min(target) FROM runs WHERE project = 'default'
    UNION ALL
    SELECT (SELECT min(target) FROM runs WHERE project = 'default' AND target > targets.target)
      FROM targets WHERE target IS NOT NULL
  )`

/** Each step once, and of each its first items, with the number of the event that ended the last attempt. */
const ENDS = `WITH RECURSIVE steps (step) AS (
    SELECT min(step) FROM step_runs WHERE run = @run
    UNION ALL
    SELECT (SELECT min(step) FROM step_runs WHERE run = @run AND step > steps.step) FROM steps WHERE step IS NOT NULL
  )
  SELECT it.created_seq AS createdSeq, it.events AS events FROM steps CROSS JOIN step_runs it ON it.run = @run
    AND it.step = steps.step AND it.item BETWEEN 0 AND ${MOST_ITEMS - 1}
  WHERE it.status = 'succeeded' AND it.events IS NOT NULL`

/** The events of attempts that say when they began, and what they used. */
const EVENTS = `SELECT kind, payload ->> 'step' AS step, payload ->> 'item' AS item, payload ->> 'startedAt' AS startedAt,
    payload ->> 'finishedAt' AS finishedAt, payload ->> 'cpuSeconds' AS cpuSeconds,
    payload ->> 'peakMemoryBytes' AS peakMemoryBytes
  FROM run_events WHERE run = ? AND seq IN (SELECT value FROM json_each(?))
    AND kind IN ('attempt.started', 'attempt.finished') ORDER BY seq`

type RawEvent = {
  readonly kind: string
  readonly step: string
  readonly item: number | null
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly cpuSeconds: number | null
  readonly peakMemoryBytes: number | null
}

/** All SQL of what earlier runs took. */
export class HistoryStore {
  readonly #rows: Rows

  constructor(store: Store) {
    this.#rows = new Rows(store)
  }

  /** The targets that runs were started on. */
  targets(): string[] {
    const sql = `${TARGETS} SELECT target FROM targets WHERE target IS NOT NULL`
    return this.#rows.all<{ target: string }>(sql).map(({ target }) => target)
  }

  /** The latest runs on a target, newest first. */
  latest(target: string, limit: number): EarlierRun[] {
    const sql = `SELECT id, target FROM runs INDEXED BY runs_by_target
      WHERE project = 'default' AND target = @target ORDER BY id DESC LIMIT @limit`
    return this.#rows.all<EarlierRun>(sql, { target, limit })
  }

  /** Runs of a pipeline on a target, newest first, from before another; none of which one step alone played. */
  earlier({ target, pipeline, before, limit }: EarlierPage): EarlierRun[] {
    const sql = `SELECT id, target FROM runs INDEXED BY runs_by_target
      WHERE project = 'default' AND target = @target AND pipeline = @pipeline AND (@before IS NULL OR id < @before)
        AND frozen ->> 'only' IS NULL ORDER BY id DESC LIMIT @limit`
    return this.#rows.all<EarlierRun>(sql, { target, pipeline, before, limit })
  }

  /** Steps of a run that were computed or cached. */
  done(run: string): string[] {
    return this.#rows.all<{ step: string }>(DONE, run).map(({ step }) => step)
  }

  /** The attempts of a run that succeeded; of a fan-out those of its first items. None of runs of the first version. */
  attempts(run: string): MeasuredAttempt[] {
    const ends = this.#rows.all<{ createdSeq: number; events: string }>(ENDS, { run })
    const numbers = ends.flatMap(({ createdSeq, events }) =>
      events
        .split(',')
        .map(Number)
        .filter((seq) => seq > createdSeq),
    )
    const startedAt = new Map<string, number | null>()
    return this.#rows.all<RawEvent>(EVENTS, run, JSON.stringify(numbers)).flatMap((event) => {
      const stepRun = `${event.step} ${event.item ?? ''}`
      if (event.kind === 'attempt.started') startedAt.set(stepRun, event.startedAt)
      const { step, finishedAt, cpuSeconds, peakMemoryBytes } = event
      if (finishedAt === null) return []
      return [{ step, startedAt: startedAt.get(stepRun) ?? null, finishedAt, cpuSeconds, peakMemoryBytes }]
    })
  }
}
