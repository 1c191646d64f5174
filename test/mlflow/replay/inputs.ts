import { get, post, type ReplayRequest } from './request.ts'

const INPUTS = 'runs/log-inputs'

function dataset(name: string, context?: string): object {
  const tags = context === undefined ? [] : [{ key: 'mlflow.data.context', value: context }]
  return {
    tags,
    dataset: {
      name,
      digest: `d-${name}`,
      source_type: 'local',
      source: '{"uri": "x"}',
      schema: '{}',
      profile: '{"rows": 3}',
    },
  }
}

/** What runs read and made: datasets and models. */
export const INPUTS_AND_OUTPUTS: readonly ReplayRequest[] = [
  post('an experiment for inputs', 'experiments/create', { name: 'i' }, { keep: { ix: 'experiment_id' } }),
  post(
    'a run for inputs',
    'runs/create',
    { experiment_id: '{ix}', start_time: 1, run_name: 'i1' },
    { keep: { i1: 'run.info.run_id' } },
  ),
  post(
    'another run for inputs',
    'runs/create',
    { experiment_id: '{ix}', start_time: 2, run_name: 'i2' },
    { keep: { i2: 'run.info.run_id' } },
  ),
  post('a dataset', INPUTS, { run_id: '{i1}', datasets: [dataset('train', 'training')] }),
  post('the same dataset again', INPUTS, { run_id: '{i1}', datasets: [dataset('train', 'training')] }),
  post('the same dataset in another context', INPUTS, { run_id: '{i1}', datasets: [dataset('train', 'testing')] }),
  post('two datasets', INPUTS, { run_id: '{i2}', datasets: [dataset('train', 'training'), dataset('test')] }),
  post('a dataset without schema', INPUTS, {
    run_id: '{i2}',
    datasets: [{ dataset: { name: 'bare', digest: 'd', source_type: 'code', source: '{}' } }],
  }),
  post('no datasets', INPUTS, { run_id: '{i1}', datasets: [] }),
  post('neither datasets nor models', INPUTS, { run_id: '{i1}' }),
  post('an experiment for bad inputs', 'experiments/create', { name: 'i bad' }, { keep: { iz: 'experiment_id' } }),
  post(
    'a run for bad inputs',
    'runs/create',
    { experiment_id: '{iz}', start_time: 1, run_name: 'i3' },
    { keep: { i3: 'run.info.run_id' } },
  ),
  post('a dataset without name', INPUTS, {
    run_id: '{i3}',
    datasets: [{ dataset: { digest: 'd', source_type: 's', source: 's' } }],
  }),
  post('a dataset without digest', INPUTS, {
    run_id: '{i3}',
    datasets: [{ dataset: { name: 'd', source_type: 's', source: 's' } }],
  }),
  post('a dataset without source', INPUTS, {
    run_id: '{i3}',
    datasets: [{ dataset: { name: 'd', digest: 'd', source_type: 's' } }],
  }),
  post('an input without dataset', INPUTS, { run_id: '{i3}', datasets: [{ tags: [] }] }),
  post('a dataset with a long name', INPUTS, { run_id: '{i3}', datasets: [dataset('n'.repeat(501))] }),
  post('a dataset of an unknown run', INPUTS, { run_id: '0'.repeat(32), datasets: [dataset('x')] }),
  post(
    'a dataset of no run',
    INPUTS,
    { datasets: [dataset('x')] },
    { words: /^Missing value for required parameter 'run_id'/ },
  ),
  post(
    'a model for inputs',
    'logged-models',
    { experiment_id: '{ix}', name: 'used' },
    { keep: { im: 'model.info.model_id' } },
  ),
  post('a model is used', INPUTS, { run_id: '{i1}', models: [{ model_id: '{im}' }] }),
  post('a model is used twice', INPUTS, { run_id: '{i1}', models: [{ model_id: '{im}' }] }),
  post('a model is made', 'runs/outputs', { run_id: '{i1}', models: [{ model_id: '{im}', step: 3 }] }),
  post('an output of no run', 'runs/outputs', { models: [{ model_id: '{im}', step: 3 }] }),
  post('an output of an unknown run', 'runs/outputs', {
    run_id: '0'.repeat(32),
    models: [{ model_id: '{im}', step: 3 }],
  }),
  get('a run with inputs and outputs', 'runs/get', { run_id: '{i1}' }),
  get('a run with more inputs', 'runs/get', { run_id: '{i2}' }),
  post('runs by dataset', 'runs/search', {
    experiment_ids: ['{ix}'],
    filter: "dataset.name = 'train'",
    order_by: ['run_name'],
  }),
  post('runs by datasets', 'runs/search', { experiment_ids: ['{ix}'], filter: "datasets.name IN ('test', 'bare')" }),
  post('runs by digest of a dataset', 'runs/search', {
    experiment_ids: ['{ix}'],
    filter: "datasets.digest = 'd-test'",
  }),
  post('runs by context of a dataset', 'runs/search', {
    experiment_ids: ['{ix}'],
    filter: "datasets.context = 'testing'",
  }),
  post('runs by a dataset like', 'runs/search', {
    experiment_ids: ['{ix}'],
    filter: "dataset.name LIKE 'tr%'",
    order_by: ['run_name'],
  }),
  post('runs by what no dataset has', 'runs/search', { experiment_ids: ['{ix}'], filter: "dataset.nothing = 'x'" }),
  post('datasets of an experiment', '/ajax-api/2.0/mlflow/experiments/search-datasets', { experiment_ids: ['{ix}'] }),
  post('datasets of no experiment', '/ajax-api/2.0/mlflow/experiments/search-datasets', { experiment_ids: [] }),
  post('datasets as the client asks', 'experiments/search-datasets', { experiment_ids: ['{ix}'] }),
]
