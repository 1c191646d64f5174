import { Problem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import { stageOf } from './run-info.ts'
import { openPairReads } from './pair-reads.ts'
import { EXPERIMENT_COLUMNS, experimentSearch, type ExperimentRow } from './experiment-search.ts'
import type { Experiment, Pair, TrackingReads } from './types.ts'
import { experimentRow, noExperiment } from './views.ts'

/** The reads of experiments, on any connection. */
export function openExperimentReads(
  db: Database,
): Pick<TrackingReads, 'experiment' | 'experimentByName' | 'experiments'> {
  const byId = db
    .prepare<[number], ExperimentRow>(`SELECT ${EXPERIMENT_COLUMNS} FROM experiments e WHERE e.id = ?`)
    .raw()
  const byName = db
    .prepare<[string], ExperimentRow>(
      `SELECT ${EXPERIMENT_COLUMNS} FROM experiments e WHERE e.project = 'default' AND e.name = ? AND e.stage = 0`,
    )
    .raw()
  const tags = openPairReads(db, { table: 'experiment_tags', owner: 'experiment' })
  const search = experimentSearch(db)
  const whole = (row: ExperimentRow): Experiment => experimentOf(row, tags([row[0]]).get(row[0]) ?? [])
  return {
    experiment: (id) => {
      const row = byId.get(experimentRow(id))
      if (row === undefined) throw noExperiment(id)
      return whole(row)
    },
    experimentByName: (name) => {
      const row = byName.get(name)
      if (row === undefined) throw new Problem('not_found', `Could not find experiment with name '${name}'`)
      return whole(row)
    },
    experiments: (query) => {
      const { items, next } = search(query)
      const tagsOf = tags(items.map(([id]) => id))
      const experiments = items.map((row) => experimentOf(row, tagsOf.get(row[0]) ?? []))
      return next === undefined ? { items: experiments } : { items: experiments, next }
    },
  }
}

function experimentOf(
  [id, name, artifactLocation, stage, createdAt, updatedAt]: ExperimentRow,
  tags: readonly Pair[],
): Experiment {
  return { id: String(id), name, artifactLocation, stage: stageOf(stage), createdAt, updatedAt, tags }
}
