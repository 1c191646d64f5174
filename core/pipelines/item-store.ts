import type { StepStatus } from '#core/contract/events.ts'
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
