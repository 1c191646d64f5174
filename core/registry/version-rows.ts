import type { Database } from '#core/store/index.ts'
import type { LoggedModel, Pair } from '#core/tracking/index.ts'
import type { ModelStage, ModelVersion } from './types.ts'

/** A version as its table has it, with the name of its model. */
export type VersionRow = {
  readonly model: number
  readonly name: string
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly userId: string | null
  readonly stage: ModelStage
  readonly description: string | null
  readonly source: string
  readonly storage: string
  readonly runId: string
  readonly runLink: string
  readonly modelId: string
}

/** What stands behind SELECT for rows of versions. */
export const VERSION_COLUMNS = `v.model, m.name, v.version, v.created_at AS createdAt, v.updated_at AS updatedAt,
  v.user_id AS userId, v.stage, v.description, v.source, v.storage, v.run_id AS runId, v.run_link AS runLink,
  v.model_id AS modelId FROM model_versions v JOIN registered_models m ON m.id = v.model`

/** Adds to the rows of versions their tags and aliases, and what their logged models were made with and measured. */
export function openWholeVersions(db: Database): (row: VersionRow) => ModelVersion {
  const tags = db.prepare<[number, number], Pair>(
    'SELECT key, value FROM model_version_tags WHERE model = ? AND version = ?',
  )
  const aliases = db
    .prepare<[number, number], string>('SELECT alias FROM model_aliases WHERE model = ? AND version = ?')
    .pluck()
  const params = db.prepare<[string], Pair>(
    `SELECT k.name AS key, p.value FROM logged_models l JOIN model_params p ON p.model = l.id JOIN keys k ON k.id = p.key
     WHERE l.model_id = ? ORDER BY k.name`,
  )
  const metrics = db.prepare<[string], MetricRow>(
    `SELECT k.name AS key, p.value, p.nan, p.at AS timestamp, p.step, o.dataset_name AS datasetName,
       o.dataset_digest AS datasetDigest, r.run_id AS runId
     FROM logged_models l JOIN model_metrics p ON p.model = l.id JOIN keys k ON k.id = p.key
       JOIN metric_origins o ON o.id = p.origin JOIN runs r ON r.id = p.run
     WHERE l.model_id = ? ORDER BY k.name, p.at, p.step`,
  )
  return (row) => ({
    name: row.name,
    version: row.version,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    ...(row.userId === null ? {} : { userId: row.userId }),
    stage: row.stage,
    ...(row.description === null ? {} : { description: row.description }),
    source: row.source,
    runId: row.runId,
    runLink: row.runLink,
    modelId: row.modelId,
    tags: tags.all(row.model, row.version),
    aliases: aliases.all(row.model, row.version),
    params: row.modelId === '' ? [] : params.all(row.modelId),
    metrics: row.modelId === '' ? [] : metrics.all(row.modelId).map((metric) => metricOf(metric, row.modelId)),
  })
}

type MetricRow = {
  readonly key: string
  readonly value: number
  readonly nan: number
  readonly timestamp: number
  readonly step: number
  readonly datasetName: string
  readonly datasetDigest: string
  readonly runId: string
}

function metricOf(
  { nan, datasetName, datasetDigest, ...row }: MetricRow,
  modelId: string,
): LoggedModel['metrics'][number] {
  return {
    ...row,
    value: nan === 1 ? Number.NaN : row.value,
    modelId,
    ...(datasetName === '' ? {} : { datasetName, datasetDigest }),
  }
}
