import type { Problem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import { openCommittedCache } from './committed-cache.ts'
import { invalid } from './limits.ts'
import { stageOf } from './run-info.ts'
import { noRun } from './views.ts'

/** So many runs are known without a look into the database. */
const KEPT = 4096

/** A run as writes need it. */
export type RunPlace = {
  readonly rowid: number
  readonly runId: string
  readonly experiment: number
  readonly stage: number
}

/** Which runs there are, as writes ask for each time: known from memory where nothing changed. */
export type ActiveRuns = {
  find(runId: string): RunPlace | undefined
  /** Throws Problem `not_found`, and `tracking_invalid` for a run in the trash. */
  active(runId: string): RunPlace
  /** Throws Problem `not_found`. */
  any(runId: string): RunPlace
  /** To be called where the transaction that is open makes, deletes or restores a run, or all of them for undefined. */
  changed(runId: string | undefined): void
}

/** The runs on the writer's connection. */
export function openActiveRuns(db: Database): ActiveRuns {
  const row = db.prepare<[string], RunPlace>(
    'SELECT id AS rowid, run_id AS runId, experiment, stage FROM runs WHERE run_id = ?',
  )
  const known = openCommittedCache<string, RunPlace>(db, { most: KEPT, read: (runId) => row.get(runId) })
  const any = (runId: string): RunPlace => {
    const run = known.get(runId)
    if (run === undefined) throw noRun(runId)
    return run
  }
  return {
    find: (runId) => known.get(runId),
    any,
    active: (runId) => {
      const run = any(runId)
      if (run.stage !== 0) throw notActive('run', runId)
      return run
    },
    changed: (runId) => {
      if (runId === undefined) known.allChanged()
      else known.changed(runId)
    },
  }
}

/** The fault of a write to what is in the trash. */
export function notActive(what: 'run' | 'experiment', id: string): Problem {
  return invalid(`The ${what} ${id} must be in the 'active' state. Current state is ${stageOf(1)}.`)
}
