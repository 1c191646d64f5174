/** A column of an exported table; `time` is in epoch milliseconds. */
export type Column = { readonly name: string; readonly type: 'text' | 'integer' | 'number' | 'time' }
export type Cell = string | number | null

/** A table that is written row by row, with a bounded part of it in memory. */
export type TableFile = {
  add(row: readonly Cell[]): void
  /** Writes the rest; how many rows there are, and bytes on disk. To be called once. */
  finish(): { readonly rows: number; readonly bytes: number }
}

const TEXT = 'text'
const RUN: Column = { name: 'run_id', type: TEXT }
const PAIRS: readonly Column[] = [RUN, { name: 'key', type: TEXT }, { name: 'value', type: TEXT }]

/** The tables of an export, and their columns in order. */
export const TABLES = {
  runs: [
    RUN,
    { name: 'experiment_id', type: TEXT },
    { name: 'experiment', type: TEXT },
    { name: 'name', type: TEXT },
    { name: 'user', type: TEXT },
    { name: 'status', type: TEXT },
    { name: 'start_time', type: 'time' },
    { name: 'end_time', type: 'time' },
    { name: 'parent_run_id', type: TEXT },
    { name: 'artifact_uri', type: TEXT },
  ],
  metrics: [
    RUN,
    { name: 'key', type: TEXT },
    { name: 'step', type: 'integer' },
    { name: 'timestamp', type: 'time' },
    { name: 'value', type: 'number' },
  ],
  params: PAIRS,
  tags: PAIRS,
  datasets: [
    RUN,
    { name: 'name', type: TEXT },
    { name: 'digest', type: TEXT },
    { name: 'source_type', type: TEXT },
    { name: 'source', type: TEXT },
    { name: 'context', type: TEXT },
  ],
} as const satisfies Record<string, readonly Column[]>

export type TableName = keyof typeof TABLES
