import type { Database } from '#core/store/index.ts'
import { openInputReads } from './input-reads.ts'
import { latestOf } from './metric-reads.ts'
import { openPairReads } from './pair-reads.ts'
import { RUN_COLUMNS, runInfo, type RunRow } from './run-info.ts'
import { runSearch } from './run-search.ts'
import type { Run, TrackingReads } from './types.ts'
import { noRun } from './views.ts'

/** The reads of runs, on any connection. */
export function openRunReads(db: Database): Pick<TrackingReads, 'run' | 'runs'> {
  const byId = db.prepare<[string], RunRow>(`SELECT ${RUN_COLUMNS} FROM runs r WHERE r.run_id = ?`).raw()
  const assemble = openAssembly(db)
  const search = runSearch(db)
  return {
    run: (id) => {
      const row = byId.get(id)
      const [run] = row === undefined ? [] : assemble([row])
      if (run === undefined) throw noRun(id)
      return run
    },
    runs: (query) => {
      const { items, next } = search(query)
      const runs = assemble(items)
      return next === undefined ? { items: runs } : { items: runs, next }
    },
  }
}

/** Makes runs of their rows: one query a kind of thing, however many runs there are. */
function openAssembly(db: Database): (rows: readonly RunRow[]) => readonly Run[] {
  const metrics = latestOf(db)
  const params = openPairReads(db, { table: 'params', owner: 'run' })
  const tags = openPairReads(db, { table: 'tags', owner: 'run' })
  const inputs = openInputReads(db)
  return (rows) => {
    if (rows.length === 0) return []
    const numbers = rows.map(([number]) => number)
    const parts = {
      metrics: metrics(numbers),
      params: params(numbers),
      tags: tags(numbers),
      datasets: inputs.datasets(numbers),
      modelInputs: inputs.modelInputs(numbers),
      modelOutputs: inputs.modelOutputs(numbers),
    }
    return rows.map((row) => ({
      info: runInfo(row),
      metrics: parts.metrics.get(row[0]) ?? [],
      params: parts.params.get(row[0]) ?? [],
      tags: parts.tags.get(row[0]) ?? [],
      datasets: parts.datasets.get(row[0]) ?? [],
      modelInputs: parts.modelInputs.get(row[0]) ?? [],
      modelOutputs: parts.modelOutputs.get(row[0]) ?? [],
    }))
  }
}
