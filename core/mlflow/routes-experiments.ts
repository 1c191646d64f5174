import {
  defined,
  id,
  list,
  optionalText,
  pairOf,
  readPair,
  searchOf,
  text,
  type Answer,
  type Input,
  type JsonRoute,
  experimentShape,
  filled,
  readId,
  NOTHING,
} from '#core/wire/index.ts'
import type { Deps } from './deps.ts'

/** Experiments, and the datasets of their runs. */
export function experimentRoutes({ tracking, reader }: Deps): readonly JsonRoute[] {
  const { reads, writes } = tracking
  const search = (input: Input) => reader.read('experiments', searchOf(input, undefined))
  const datasets = (input: Input): Answer => ({
    dataset_summaries: filled(
      reads.datasets(list(input, 'experiment_ids', readId)).map(({ experimentId, name, digest, context }) => {
        return { experiment_id: experimentId, name, digest, context }
      }),
    ),
  })
  return [
    { method: 'POST', path: '/experiments/create', answer: (input) => create(writes, input) },
    {
      method: 'GET',
      path: '/experiments/get',
      answer: (input) => ({ experiment: experimentShape(reads.experiment(id(input, 'experiment_id'))) }),
    },
    {
      method: 'GET',
      path: '/experiments/get-by-name',
      answer: (input) => ({ experiment: experimentShape(reads.experimentByName(text(input, 'experiment_name'))) }),
    },
    { method: 'POST', path: '/experiments/search', answer: search },
    { method: 'GET', path: '/experiments/search', answer: search },
    { method: 'POST', path: '/experiments/search-datasets', answer: datasets },
    // The client's address lacks a slash, as the protocol's description does.
    { method: 'POST', base: 'root', path: '/api/2.0mlflow/experiments/search-datasets', answer: datasets },
    { method: 'POST', base: 'root', path: '/ajax-api/2.0mlflow/experiments/search-datasets', answer: datasets },
    ...changes(writes),
  ]
}

type Writes = Deps['tracking']['writes']

async function create(writes: Writes, input: Input): Promise<Answer> {
  const { id: experimentId } = await writes.createExperiment({
    name: text(input, 'name'),
    tags: list(input, 'tags', readPair),
    ...defined({ artifactLocation: optionalText(input, 'artifact_location') || undefined }),
  })
  return { experiment_id: experimentId }
}

function changes(writes: Writes): readonly JsonRoute[] {
  const change = (path: string, work: (id: string, input: Input) => Promise<void>): JsonRoute => ({
    method: 'POST',
    path: `/experiments/${path}`,
    answer: async (input) => {
      await work(id(input, 'experiment_id'), input)
      return NOTHING
    },
  })
  return [
    change('update', async (experimentId, input) => writes.renameExperiment(experimentId, text(input, 'new_name'))),
    change('delete', async (experimentId) => writes.deleteExperiment(experimentId)),
    change('restore', async (experimentId) => writes.restoreExperiment(experimentId)),
    change('set-experiment-tag', async (experimentId, input) => writes.setExperimentTag(experimentId, pairOf(input))),
    change('delete-experiment-tag', async (experimentId, input) =>
      writes.deleteExperimentTag(experimentId, text(input, 'key')),
    ),
  ]
}
