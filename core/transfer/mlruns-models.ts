import { basename, join } from 'node:path'
import { skipped, type Item } from './item.ts'
import { modelStatus } from './mlflow-db-models.ts'
import { keyFiles, readMeta, readPairs } from './mlruns-meta.ts'
import { datasetFrom, metricFile } from './mlruns-run.ts'
import { filesBelow, folderInside } from './source-files.ts'
import { keptPairs, stageFrom, textOf, timeOf } from './values.ts'

/** A logged model's folder in an mlruns folder of MLflow 3: the model and its files. */
export function* modelItems(folder: string, experimentId: string): Generator<Item> {
  const meta = readMeta(folder)
  if (meta === undefined) return
  const id = textOf(meta['model_id']) || basename(folder)
  const notes: Item[] = []
  const refuse = (kind: string) => (name: string, why: string) =>
    void notes.push(skipped(`${kind} ${name} of model ${id}`, why))
  const createdAt = timeOf(meta['creation_timestamp'], 0)
  yield {
    kind: 'model',
    id,
    experimentId,
    name: textOf(meta['name']),
    createdAt,
    updatedAt: timeOf(meta['last_updated_timestamp'], createdAt),
    status: modelStatus(meta['status']),
    modelType: textOf(meta['model_type']),
    sourceRunId: textOf(meta['source_run_id']),
    stage: stageFrom(meta['lifecycle_stage']),
    params: keptPairs(readPairs(join(folder, 'params')), refuse('parameter')),
    tags: keptPairs(readPairs(join(folder, 'tags')), refuse('tag')),
  }
  yield* notes
  const files = folderInside(folder, join(folder, 'artifacts'))
  if (files !== undefined) yield* filesBelow(files, { model: id })
}

/** What a logged model was measured with. */
export function* modelPoints(folder: string): Generator<Item> {
  const modelId = basename(folder)
  for (const { key, file } of keyFiles(join(folder, 'metrics'))) {
    yield* metricFile(file, ([run = '', ...rest]) => ({ run, key, modelId, ...datasetFrom(rest) }))
  }
}
