import type { DatasetInput, Experiment, LoggedModel, Metric, Page, Pair, Run, RunInfo } from './types.ts'

/** A list as it stands in an answer: absent where it is empty. */
export function filled<Value>(values: readonly Value[]): readonly Value[] | undefined {
  return values.length === 0 ? undefined : values
}

/** A text as it stands in an answer: absent where it is empty or unknown. */
export function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}

/** A double as it stands in an answer: what JSON has no number for is a text. */
function doubleShape(value: number): number | string {
  return Number.isFinite(value) ? value : String(value)
}

export function experimentShape(experiment: Experiment): object {
  return {
    experiment_id: experiment.id,
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.stage,
    last_update_time: experiment.updatedAt,
    creation_time: experiment.createdAt,
    tags: filled(experiment.tags.map(pairShape)),
  }
}

export function metricShape(metric: Metric & { readonly runId?: string }): object {
  return {
    key: metric.key,
    value: doubleShape(metric.value),
    timestamp: metric.timestamp,
    step: metric.step,
    model_id: given(metric.modelId),
    dataset_name: given(metric.datasetName),
    dataset_digest: given(metric.datasetDigest),
    run_id: given(metric.runId),
  }
}

export function pairShape({ key, value }: Pair): object {
  return { key, value }
}

export function runInfoShape(info: RunInfo): object {
  return {
    run_uuid: info.id,
    run_id: info.id,
    run_name: info.name,
    experiment_id: info.experimentId,
    user_id: info.userId,
    status: info.status,
    start_time: info.startTime,
    end_time: info.endTime ?? undefined,
    artifact_uri: info.artifactUri,
    lifecycle_stage: info.stage,
  }
}

export function runShape(run: Run): object {
  return {
    info: runInfoShape(run.info),
    data: {
      metrics: filled(run.metrics.map(metricShape)),
      params: filled(run.params.map(pairShape)),
      tags: filled(run.tags.map(pairShape)),
    },
    inputs: {
      dataset_inputs: filled(run.datasets.map(datasetInputShape)),
      model_inputs: filled(run.modelInputs.map((id) => ({ model_id: id }))),
    },
    outputs: { model_outputs: filled(run.modelOutputs.map(({ modelId, step }) => ({ model_id: modelId, step }))) },
  }
}

function datasetInputShape({ dataset, tags }: DatasetInput): object {
  return {
    tags: filled(tags.map(pairShape)),
    dataset: {
      name: dataset.name,
      digest: dataset.digest,
      source_type: dataset.sourceType,
      source: dataset.source,
      schema: given(dataset.schema),
      profile: given(dataset.profile),
    },
  }
}

export function loggedModelShape(model: LoggedModel): object {
  return {
    info: {
      model_id: model.id,
      experiment_id: model.experimentId,
      name: model.name,
      creation_timestamp_ms: model.createdAt,
      last_updated_timestamp_ms: model.updatedAt,
      artifact_uri: model.artifactUri,
      status: model.status,
      model_type: model.modelType,
      source_run_id: model.sourceRunId,
      tags: filled(model.tags.map(pairShape)),
    },
    data: {
      params: filled(model.params.map(pairShape)),
      metrics: filled(model.metrics.map(metricShape)),
    },
  }
}

/** A run that was just made: as MLflow tells it, without its outputs. */
export function newRunShape(run: Run): object {
  return { ...runShape(run), outputs: undefined }
}

/** The answer to a search: its items under a name of their own, and the token of the next page. */
export function pageShape<Item>(name: string, page: Page<Item>, shape: (item: Item) => object): object {
  return { [name]: filled(page.items.map(shape)), next_page_token: page.next }
}
