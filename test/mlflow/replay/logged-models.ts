import { LOGGED_MODEL_SEARCHES } from './logged-model-searches.ts'
import { get, patch, post, remove, type ReplayRequest } from './request.ts'

const MODELS = 'logged-models'
const NOBODY = `m-${'0'.repeat(32)}`
const SEARCH = 'logged-models/search'

/** Models that programs log. */
export const LOGGED_MODELS: readonly ReplayRequest[] = [
  post('an experiment for models', 'experiments/create', { name: 'g' }, { keep: { gx: 'experiment_id' } }),
  post(
    'a run for models',
    'runs/create',
    { experiment_id: '{gx}', start_time: 1, run_name: 'g' },
    { keep: { g: 'run.info.run_id' } },
  ),
  post(
    'a model with all there is',
    MODELS,
    {
      experiment_id: '{gx}',
      name: 'a',
      model_type: 'sklearn',
      source_run_id: '{g}',
      params: [{ key: 'depth', value: '3' }],
      tags: [{ key: 'team', value: 'red' }],
    },
    { keep: { ma: 'model.info.model_id' } },
  ),
  post('a model called zz', MODELS, { experiment_id: '{gx}', name: 'zz' }, { keep: { mb: 'model.info.model_id' } }),
  post('a model called ab', MODELS, { experiment_id: '{gx}', name: 'ab' }, { keep: { mc: 'model.info.model_id' } }),
  post(
    'a model of the same name',
    MODELS,
    { experiment_id: '{gx}', name: 'a' },
    { keep: { md: 'model.info.model_id' } },
  ),
  post('a model in an unknown experiment', MODELS, { experiment_id: '999999', name: 'a' }),
  post(
    'a model in no experiment',
    MODELS,
    { name: 'a' },
    { words: /^Missing value for required parameter 'experiment_id'/ },
  ),
  post('a model with a slash', MODELS, { experiment_id: '{gx}', name: 'a/b' }, { words: /^Invalid model name/ }),
  post('a model with a colon', MODELS, { experiment_id: '{gx}', name: 'a:b' }),
  get('a model by id', `${MODELS}/{ma}`),
  get('a model that is not there', `${MODELS}/${NOBODY}`),
  patch('a model is ready', `${MODELS}/{ma}`, { model_id: '{ma}', status: 'LOGGED_MODEL_READY' }),
  patch('a model failed', `${MODELS}/{mc}`, { model_id: '{mc}', status: 'LOGGED_MODEL_UPLOAD_FAILED' }),
  post('another experiment for models', 'experiments/create', { name: 'g2' }, { keep: { gy: 'experiment_id' } }),
  post('a model without a name', MODELS, { experiment_id: '{gy}' }),
  post('a model apart', MODELS, { experiment_id: '{gy}', name: 'apart' }, { keep: { mx: 'model.info.model_id' } }),
  patch('a model with a state that is none', `${MODELS}/{mx}`, { model_id: '{mx}', status: 'BOGUS' }),
  patch(
    'a model without state',
    `${MODELS}/{mc}`,
    { model_id: '{mc}' },
    { words: /^Missing value for required parameter 'status'/ },
  ),
  patch('a model that is not there is ready', `${MODELS}/${NOBODY}`, {
    model_id: NOBODY,
    status: 'LOGGED_MODEL_READY',
  }),
  patch('a model without id in the body is ready', `${MODELS}/{mx}`, { status: 'LOGGED_MODEL_READY' }),
  post('parameters without id in the body', `${MODELS}/{mx}/params`, { params: [{ key: 'q', value: '1' }] }),
  patch('tags of a model', `${MODELS}/{ma}/tags`, {
    tags: [
      { key: 'x', value: 'y' },
      { key: 'team', value: 'blue' },
    ],
  }),
  patch('tags of a model that is not there', `${MODELS}/${NOBODY}/tags`, { tags: [{ key: 'x', value: 'y' }] }),
  remove('a tag of a model goes', `${MODELS}/{ma}/tags/x`, {}),
  remove('a tag of a model goes twice', `${MODELS}/{ma}/tags/x`, {}),
  patch('the team of a model', `${MODELS}/{ma}/tags`, { tags: [{ key: 'team', value: 'red' }] }),
  post('parameters of a model', `${MODELS}/{mc}/params`, { model_id: '{mc}', params: [{ key: 'p', value: '1' }] }),
  post('the same parameters of a model', `${MODELS}/{mc}/params`, {
    model_id: '{mc}',
    params: [{ key: 'p', value: '1' }],
  }),
  post('other parameters of a model', `${MODELS}/{mc}/params`, {
    model_id: '{mc}',
    params: [{ key: 'p', value: '2' }],
  }),
  post('parameters of a model that is not there', `${MODELS}/${NOBODY}/params`, {
    model_id: NOBODY,
    params: [{ key: 'p', value: '1' }],
  }),
  post('a metric of a model', 'runs/log-metric', {
    run_id: '{g}',
    key: 'acc',
    value: 0.9,
    timestamp: 1,
    step: 0,
    model_id: '{ma}',
  }),
  post('a metric of a model on a dataset', 'runs/log-metric', {
    run_id: '{g}',
    key: 'acc',
    value: 0.3,
    timestamp: 2,
    step: 1,
    model_id: '{mc}',
    dataset_name: 'd',
    dataset_digest: 'x',
  }),
  post('a metric of a model in a batch', 'runs/log-batch', {
    run_id: '{g}',
    metrics: [{ key: 'acc', value: 0.4, timestamp: 3, step: 2, model_id: '{mc}' }],
  }),
  get('a model with a metric', `${MODELS}/{ma}`),
  get('a model with metrics', `${MODELS}/{mc}`),
  get('a run with metrics of models', 'runs/get', { run_id: '{g}' }),
  get('a series of models', 'metrics/get-history', { run_id: '{g}', metric_key: 'acc', max_results: 10 }),
  ...LOGGED_MODEL_SEARCHES,
  remove('a model is deleted', `${MODELS}/{mb}`, {}),
  get('a deleted model', `${MODELS}/{mb}`),
  remove('a model that is not there is deleted', `${MODELS}/${NOBODY}`, {}),
  post('models without the deleted one', SEARCH, {
    experiment_ids: ['{gx}'],
    order_by: [{ field_name: 'creation_time', ascending: true }],
  }),
]
