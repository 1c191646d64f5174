import type { DatasetInput } from '#core/tracking/index.ts'
import type { ArtifactPlaces } from './artifact-places.ts'
import { skipped, type Item, type SourceRun } from './item.ts'
import type { Row, Rows } from './mlflow-db-rows.ts'
import { filesBelow } from './source-files.ts'
import { keptPairs, stageFrom, statusOf, textOf, timeOf, wholeOf } from './values.ts'

/** `EXPERIMENT/RUN/artifacts`. */
const TAIL = 3

/** The runs of a database of MLflow with what hangs on them, but points and files. */
export function* runItems(rows: Rows): Generator<Item> {
  const [params, tags] = [rows.pairs('params', 'run_uuid'), rows.pairs('tags', 'run_uuid')]
  const inputs = openInputs(rows)
  for (const row of rows.all('runs', 'run_uuid')) {
    const key = textOf(row['run_uuid'])
    const notes: Item[] = []
    const refuse = (kind: string) => (name: string, why: string) =>
      void notes.push(skipped(`${kind} ${name} of run ${key}`, why))
    yield {
      ...baseOf(row, key),
      params: keptPairs(params(key), refuse('parameter')),
      tags: keptPairs(tags(key), refuse('tag')),
      ...inputs(key),
    }
    yield* notes
  }
}

function baseOf(
  row: Row,
  key: string,
): Pick<SourceRun, 'kind' | 'key' | 'experiment' | 'name' | 'userId' | 'startTime' | 'stage'> {
  return {
    kind: 'run',
    key,
    experiment: textOf(row['experiment_id']),
    name: textOf(row['name']),
    userId: textOf(row['user_id']),
    startTime: timeOf(row['start_time'], 0),
    stage: stageFrom(row['lifecycle_stage']),
  }
}

/** Their files and their ends. */
export function* runEnds(rows: Rows, places: ArtifactPlaces): Generator<Item> {
  for (const row of rows.all('runs', 'run_uuid')) {
    const run = textOf(row['run_uuid'])
    const found = places.find(textOf(row['artifact_uri']), TAIL)
    if (found !== undefined && 'folder' in found) yield* filesBelow(found.folder, { run })
    else if (found !== undefined) yield skipped(`files of run ${run}`, found.fault)
    const end = timeOf(row['end_time'], -1)
    yield { kind: 'end', run, status: statusOf(row['status']), endTime: row['end_time'] == null ? null : end }
  }
}

/** What the indexes of `inputs` begin with comes first: it is looked into for each run. */
const TO_RUN = "destination_type = 'RUN' AND destination_id"
const FROM_RUN = "source_type IN ('RUN_INPUT', 'RUN_OUTPUT') AND source_id"

type Inputs = Pick<SourceRun, 'datasets' | 'modelInputs' | 'modelOutputs'>

function openInputs(rows: Rows): (run: string) => Inputs {
  const [to, from] = [rows.of('inputs', TO_RUN), rows.of('inputs', FROM_RUN)]
  const dataset = rows.of('datasets', 'dataset_uuid')
  const tags = rows.pairs('input_tags', 'input_uuid', { key: 'name', value: 'value' })
  return (run) => {
    const datasets = to(run).filter((row) => row['source_type'] === 'DATASET')
    const models = from(run)
    const idOf = (row: Row): string => textOf(row['destination_id'])
    return {
      datasets: datasets.flatMap((row) => {
        const [found] = dataset(textOf(row['source_id']))
        return found === undefined ? [] : [datasetOf(found, tags(textOf(row['input_uuid'])))]
      }),
      modelInputs: models.filter((row) => row['destination_type'] === 'MODEL_INPUT').map(idOf),
      modelOutputs: models
        .filter((row) => row['destination_type'] === 'MODEL_OUTPUT')
        .map((row) => ({ modelId: idOf(row), step: wholeOf(row['step'], 0) })),
    }
  }
}

function datasetOf(row: Row, tags: DatasetInput['tags']): DatasetInput {
  const [schema, profile] = [row['dataset_schema'], row['dataset_profile']]
  return {
    dataset: {
      name: textOf(row['name']),
      digest: textOf(row['digest']),
      sourceType: textOf(row['dataset_source_type']),
      source: textOf(row['dataset_source']),
      ...(schema == null ? {} : { schema: textOf(schema) }),
      ...(profile == null ? {} : { profile: textOf(profile) }),
    },
    tags,
  }
}
