import type { LoggedModelStatus } from '#core/tracking/index.ts'
import type { ArtifactPlaces } from './artifact-places.ts'
import { skipped, type Item } from './item.ts'
import type { Rows } from './mlflow-db-rows.ts'
import { filesBelow } from './source-files.ts'
import { keptPairs, stageFrom, textOf, timeOf, wholeOf } from './values.ts'

/** `EXPERIMENT/models/MODEL/artifacts`. */
const TAIL = 4
const STATUSES: readonly LoggedModelStatus[] = [
  'LOGGED_MODEL_STATUS_UNSPECIFIED',
  'LOGGED_MODEL_PENDING',
  'LOGGED_MODEL_READY',
  'LOGGED_MODEL_UPLOAD_FAILED',
]

/** The status of a logged model by its number in MLflow. */
export function modelStatus(value: unknown): LoggedModelStatus {
  return STATUSES[wholeOf(value, 0)] ?? 'LOGGED_MODEL_STATUS_UNSPECIFIED'
}

/** The logged models of a database of MLflow 3, each followed by its files. */
export function* modelItems(rows: Rows, places: ArtifactPlaces): Generator<Item> {
  const params = rows.pairs('logged_model_params', 'model_id', { key: 'param_key', value: 'param_value' })
  const tags = rows.pairs('logged_model_tags', 'model_id', { key: 'tag_key', value: 'tag_value' })
  for (const row of rows.all('logged_models', 'model_id')) {
    const id = textOf(row['model_id'])
    const notes: Item[] = []
    const refuse = (kind: string) => (name: string, why: string) =>
      void notes.push(skipped(`${kind} ${name} of model ${id}`, why))
    const createdAt = timeOf(row['creation_timestamp_ms'], 0)
    yield {
      kind: 'model',
      id,
      experimentId: textOf(row['experiment_id']),
      name: textOf(row['name']),
      createdAt,
      updatedAt: timeOf(row['last_updated_timestamp_ms'], createdAt),
      status: modelStatus(row['status']),
      modelType: textOf(row['model_type']),
      sourceRunId: textOf(row['source_run_id']),
      stage: stageFrom(row['lifecycle_stage']),
      params: keptPairs(params(id), refuse('parameter')),
      tags: keptPairs(tags(id), refuse('tag')),
    }
    yield* notes
    const found = places.find(textOf(row['artifact_location']), TAIL)
    if (found !== undefined && 'folder' in found) yield* filesBelow(found.folder, { model: id })
    else if (found !== undefined) yield skipped(`files of model ${id}`, found.fault)
  }
}
