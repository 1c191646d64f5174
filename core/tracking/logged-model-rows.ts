import type { Database } from '#core/store/index.ts'
import { openModelMetrics } from './model-metrics.ts'
import { openPairReads } from './pair-reads.ts'
import type { LoggedModel, LoggedModelStatus } from './types.ts'

/** The columns of a raw row, over `logged_models l`. */
export const MODEL_COLUMNS =
  'l.id, l.model_id, l.experiment, l.name, l.created_at, l.updated_at, l.artifact_uri, l.status, l.model_type, l.source_run_id'

/** A logged model without what hangs on it. */
export type ModelRow = readonly [
  ...[row: number, modelId: string, experiment: number, name: string, createdAt: number, updatedAt: number],
  ...[artifactUri: string, status: LoggedModelStatus, modelType: string, sourceRunId: string],
]

/** Prepares what makes whole logged models of rows, in the same order, with a few queries for all of them. */
export function openModelDetails(db: Database): (rows: readonly ModelRow[]) => readonly LoggedModel[] {
  const paramsOf = openPairReads(db, { table: 'model_params', owner: 'model' })
  const tagsOf = openPairReads(db, { table: 'model_tags', owner: 'model' })
  const metricsOf = openModelMetrics(db)
  return (rows) => {
    const ids = rows.map(([row]) => row)
    const [params, tags, metrics] = [paramsOf(ids), tagsOf(ids), metricsOf(ids)]
    return rows.map((row) => ({
      ...infoOf(row),
      params: params.get(row[0]) ?? [],
      tags: tags.get(row[0]) ?? [],
      metrics: metrics.get(row[0]) ?? [],
    }))
  }
}

function infoOf(row: ModelRow): Omit<LoggedModel, 'params' | 'tags' | 'metrics'> {
  const [, id, experiment, name, createdAt, updatedAt, artifactUri, status, modelType, sourceRunId] = row
  return {
    id,
    experimentId: String(experiment),
    name,
    createdAt,
    updatedAt,
    artifactUri,
    status,
    modelType,
    sourceRunId,
  }
}
