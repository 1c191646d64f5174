import type { TrackedRunView } from '#core/contract/tracking.ts'
import type { Database } from '#core/store/index.ts'
import { metricValue } from './column-values.ts'
import { openRunReads } from './run-reads.ts'
import { openTrackedRows } from './tracked-rows.ts'
import type { DatasetInput, Run } from './types.ts'
import { noRun } from './views.ts'

const CONTEXT = 'mlflow.data.context'
const NO_COLUMNS = { metrics: [], params: [], tags: [] }

/** Prepares the read of a run in full, on any connection. Throws Problem `not_found`. */
export function openTrackedRun(db: Database): (id: string) => TrackedRunView {
  const { run: read } = openRunReads(db)
  const rows = openTrackedRows(db)
  const partsOf = openParts(db)
  return (id) => {
    const run = read(id)
    const [row] = rows.byIds([id], NO_COLUMNS)
    if (row === undefined) throw noRun(id)
    return {
      ...row,
      params: objectOf(run.params),
      tags: objectOf(run.tags),
      datasets: run.datasets.map(datasetOf),
      artifactUri: run.info.artifactUri,
      ...partsOf(run, row.parent),
    }
  }
}

type Parts = Pick<TrackedRunView, 'experimentName' | 'parentName' | 'metrics' | 'models' | 'versions' | 'children'>
type MetricRow = {
  readonly key: string
  readonly value: number
  readonly nan: number
  readonly step: number
  readonly time: number
  readonly count: number
  readonly min: number | null
  readonly max: number | null
  readonly mean: number | null
}

function openParts(db: Database): (run: Run, parent: string | null) => Parts {
  const metrics = db.prepare<[string], MetricRow>(
    `SELECT k.name AS key, s.value, s.nan, s.step, s.at AS time, s.count, s.min, s.max, s.sum / nullif(s.finite, 0) AS mean
     FROM series s JOIN keys k ON k.id = s.key WHERE s.run = (SELECT id FROM runs WHERE run_id = ?) ORDER BY k.name`,
  )
  const experiment = db.prepare<[string], string>('SELECT name FROM experiments WHERE id = ?').pluck()
  const name = db.prepare<[string], string>('SELECT name FROM runs WHERE run_id = ?').pluck()
  const children = db.prepare<[string], number>('SELECT count(*) FROM runs WHERE parent = ? AND stage = 0').pluck()
  const modelName = db.prepare<[string], string>('SELECT name FROM logged_models WHERE model_id = ?').pluck()
  const versions = db.prepare<[string], { model: string; version: number }>(
    `SELECT m.name AS model, v.version FROM model_versions v JOIN registered_models m ON m.id = v.model
     WHERE v.run_id = ? ORDER BY m.name, v.version`,
  )
  return ({ info, modelInputs, modelOutputs }, parent) => {
    const model = (id: string, use: 'input' | 'output') => ({ id, name: modelName.get(id) ?? '', use })
    return {
      experimentName: experiment.get(info.experimentId) ?? '',
      parentName: parent === null ? null : (name.get(parent) ?? null),
      metrics: metrics
        .all(info.id)
        .map(({ value, nan, ...metric }) => ({ ...metric, last: metricValue(nan === 1 ? Number.NaN : value) })),
      models: [
        ...modelInputs.map((id) => model(id, 'input')),
        ...modelOutputs.map(({ modelId }) => model(modelId, 'output')),
      ],
      versions: versions.all(info.id),
      children: children.get(info.id) ?? 0,
    }
  }
}

function datasetOf({ dataset, tags }: DatasetInput): TrackedRunView['datasets'][number] {
  const { name, digest, sourceType, source } = dataset
  return { name, digest, sourceType, source, context: tags.find(({ key }) => key === CONTEXT)?.value ?? null }
}

function objectOf(pairs: Run['params']): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]))
}
