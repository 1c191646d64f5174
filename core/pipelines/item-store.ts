import type { AttemptImage, StepStatus } from '#core/contract/events.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import type { Rows } from './rows.ts'
import type { StepRow } from './run-rows.ts'

export type RawStep = Omit<StepRow, 'outputs'> & { outputs: string }

/** The columns of a StepRow. */
export const STEP = `SELECT step, item, status, attempts, key, started_at AS startedAt, finished_at AS finishedAt,
  exit_code AS exitCode, reason, created_seq AS createdSeq, outputs FROM step_runs`

/** A row of the database as the rest of the code knows it. */
export function toStepRow(raw: RawStep): StepRow {
  return { ...raw, outputs: JSON.parse(raw.outputs) as OutputRecords }
}

/** How a step run came to its outputs: it was computed, or `source` names the run that they were taken from. */
export type Beginning = {
  readonly step: string
  readonly item: number | null
  /** Null of an attempt. */
  readonly source: string | null
  readonly resumed: boolean
  readonly notEnforced: readonly string[]
  readonly image: AttemptImage | null
}

type RawBeginning = Omit<Beginning, 'resumed' | 'notEnforced' | 'image'> & {
  resumed: number | null
  notEnforced: string | null
  image: string | null
}

/** All SQL of items a page at a time. Items that never began have no row. */
export class ItemStore {
  readonly #rows: Rows

  constructor(rows: Rows) {
    this.#rows = rows
  }

  /** Rows of items in their order. */
  at(run: string, step: string, indices: readonly number[]): StepRow[] {
    const sql = `${STEP} WHERE run = ? AND step = ? AND item IN (SELECT value FROM json_each(?)) ORDER BY item`
    return this.#rows.all<RawStep>(sql, run, step, JSON.stringify(indices)).map(toStepRow)
  }

  /** How the step runs of a run began, those of each in the order in which they did. */
  beginnings(run: string): Beginning[] {
    const sql = `SELECT payload ->> 'step' AS step, payload ->> 'item' AS item, payload ->> 'from' AS source,
        payload ->> 'resumed' AS resumed, payload -> 'notEnforced' AS notEnforced, payload -> 'image' AS image
      FROM run_events WHERE run = ? AND kind IN ('step.cached', 'attempt.started') ORDER BY seq`
    return this.#rows.all<RawBeginning>(sql, run).map((raw) => ({
      ...raw,
      resumed: raw.resumed === 1,
      notEnforced: JSON.parse(raw.notEnforced ?? '[]') as string[],
      image: JSON.parse(raw.image ?? 'null') as AttemptImage | null,
    }))
  }

  /** Indices of items that have a status, in their order. */
  ofStatus(run: string, step: string, of: { status: StepStatus; from: number; limit: number }): number[] {
    const sql = `SELECT item FROM step_runs WHERE run = ? AND step = ? AND item >= 0 AND status = ?
      ORDER BY item LIMIT ? OFFSET ?`
    return this.#rows.all<{ item: number }>(sql, run, step, of.status, of.limit, of.from).map(({ item }) => item)
  }

  /** Indices of items that have any other status, in their order. */
  ofOther(run: string, step: string, status: StepStatus): number[] {
    const sql = 'SELECT item FROM step_runs WHERE run = ? AND step = ? AND item >= 0 AND status <> ? ORDER BY item'
    return this.#rows.all<{ item: number }>(sql, run, step, status).map(({ item }) => item)
  }

  /** How many items have a status. */
  count(run: string, step: string, status: StepStatus): number {
    const sql = 'SELECT count(*) AS count FROM step_runs WHERE run = ? AND step = ? AND item >= 0 AND status = ?'
    return this.#rows.get<{ count: number }>(sql, run, step, status)?.count ?? 0
  }
}
