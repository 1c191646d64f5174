import type { Database } from '#core/store/index.ts'
import { invalidValue } from './limits.ts'
import { addTo } from './pair-reads.ts'
import type { Dataset, DatasetInput, Run, TrackingReads } from './types.ts'
import { isExperimentId } from './views.ts'

/** So many summaries of datasets come at the most. */
const MOST_SUMMARIES = 1000

type Lists<Item> = ReadonlyMap<number, readonly Item[]>
type ModelOutput = Run['modelOutputs'][number]
type DatasetRow = readonly [
  ...[run: number, tags: string, name: string, digest: string, sourceType: string, source: string],
  ...[schema: string | null, profile: string | null],
]

/** Reads what runs took in and put out, for many runs at once by their rows; a run without any is missing. */
export type InputReads = {
  datasets(runs: readonly number[]): Lists<DatasetInput>
  modelInputs(runs: readonly number[]): Lists<string>
  modelOutputs(runs: readonly number[]): Lists<ModelOutput>
}

export function openInputReads(db: Database): InputReads {
  const datasets = db
    .prepare<[string], DatasetRow>(
      `SELECT i.run, i.tags, d.name, d.digest, d.source_type, d.source, d.schema, d.profile
       FROM run_datasets i JOIN datasets d ON d.id = i.dataset WHERE i.run IN (SELECT value FROM json_each(?))`,
    )
    .raw()
  const models = db
    .prepare<[string, number], readonly [run: number, modelId: string, step: number]>(
      `SELECT run, model_id, step FROM run_models WHERE run IN (SELECT value FROM json_each(?)) AND is_output = ?`,
    )
    .raw()
  return {
    datasets: (runs) => listed(datasets.all(JSON.stringify(runs)), (row) => datasetInputOf(row)),
    modelInputs: (runs) => listed(models.all(JSON.stringify(runs), 0), ([, modelId]) => modelId),
    modelOutputs: (runs) => listed(models.all(JSON.stringify(runs), 1), ([, modelId, step]) => ({ modelId, step })),
  }
}

/** The datasets of experiments with the context in which runs used them, each combination once. */
export function openDatasetSummaries(db: Database): TrackingReads['datasets'] {
  const read = db
    .prepare<[string, number], readonly [experiment: number, name: string, digest: string, context: string | null]>(
      `SELECT DISTINCT d.experiment, d.name, d.digest,
         (SELECT t.value ->> 1 FROM json_each(i.tags) t WHERE t.value ->> 0 = 'mlflow.data.context')
       FROM datasets d JOIN run_datasets i ON i.dataset = d.id
       WHERE d.experiment IN (SELECT value FROM json_each(?)) LIMIT ?`,
    )
    .raw()
  return (experimentIds) => {
    for (const id of experimentIds) {
      if (!isExperimentId(id)) throw invalidValue('experiment_ids', id, 'an experiment id is a number')
    }
    const rows = read.all(JSON.stringify(experimentIds.map(Number)), MOST_SUMMARIES)
    return rows.map(([experiment, name, digest, context]) => {
      const summary = { experimentId: String(experiment), name, digest }
      return context === null ? summary : { ...summary, context }
    })
  }
}

function listed<Row extends readonly [number, ...unknown[]], Item>(
  rows: readonly Row[],
  itemOf: (row: Row) => Item,
): Lists<Item> {
  const lists = new Map<number, Item[]>()
  for (const row of rows) addTo(lists, row[0], itemOf(row))
  return lists
}

function datasetInputOf([, tags, name, digest, sourceType, source, schema, profile]: DatasetRow): DatasetInput {
  const dataset: Dataset = {
    name,
    digest,
    sourceType,
    source,
    ...(schema === null ? {} : { schema }),
    ...(profile === null ? {} : { profile }),
  }
  const pairs = JSON.parse(tags) as readonly (readonly [key: string, value: string])[]
  return { dataset, tags: pairs.map(([key, value]) => ({ key, value })) }
}
