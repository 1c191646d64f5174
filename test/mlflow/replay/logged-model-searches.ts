import { post, type ReplayRequest } from './request.ts'

const SEARCH = 'logged-models/search'

const FILTERS: readonly string[] = [
  "name = 'a'",
  "name LIKE 'a%'",
  "attributes.name != 'a'",
  "model_type = 'sklearn'",
  "status = 'READY'",
  "status = 'LOGGED_MODEL_READY'",
  "status != 'READY'",
  "source_run_id = '{g}'",
  "model_id = '{ma}'",
  "params.depth = '3'",
  "tags.team = 'red'",
  'metrics.acc > 0.5',
  'metrics.acc < 0.5',
  'creation_timestamp > 0',
  'creation_time > 0',
  "name = 'a' AND metrics.acc > 0.5",
]

const REFUSED: readonly string[] = ["nothing = 'x'", "metrics.acc > 'x'", 'params.depth = 3', 'name']

const ORDERS: readonly object[] = [
  { field_name: 'name' },
  { field_name: 'name', ascending: false },
  { field_name: 'creation_time', ascending: true },
  { field_name: 'creation_timestamp', ascending: true },
  { field_name: 'metrics.acc', ascending: true },
  { field_name: 'metrics.acc' },
  { field_name: 'metrics.acc', ascending: true, dataset_name: 'd', dataset_digest: 'x' },
  { field_name: 'nothing' },
  { field_name: 'metrics.acc', dataset_digest: 'x' },
]

/** Searches of the models of one experiment. */
export const LOGGED_MODEL_SEARCHES: readonly ReplayRequest[] = [
  ...FILTERS.map((filter) =>
    post(`models where ${filter}`, SEARCH, { experiment_ids: ['{gx}'], filter, order_by: [{ field_name: 'name' }] }),
  ),
  ...REFUSED.map((filter) => post(`no models where ${filter}`, SEARCH, { experiment_ids: ['{gx}'], filter })),
  ...ORDERS.map((order) =>
    post(`models by ${Object.values(order).join(' ')}`, SEARCH, { experiment_ids: ['{gx}'], order_by: [order] }),
  ),
  post('models in their own order', SEARCH, { experiment_ids: ['{gx}'] }),
  post('models on a dataset', SEARCH, {
    experiment_ids: ['{gx}'],
    filter: 'metrics.acc > 0',
    datasets: [{ dataset_name: 'd', dataset_digest: 'x' }],
  }),
  post('models on a dataset without name', SEARCH, {
    experiment_ids: ['{gx}'],
    filter: 'metrics.acc > 0',
    datasets: [{ dataset_digest: 'x' }],
  }),
  post('models of no experiment', SEARCH, { experiment_ids: [] }),
  post(
    'the first page of models',
    SEARCH,
    { experiment_ids: ['{gx}'], max_results: 3 },
    { keep: { gp2: 'next_page_token' } },
  ),
  post('the last page of models', SEARCH, { experiment_ids: ['{gx}'], max_results: 3, page_token: '{gp2}' }),
  post('the last page of other models', SEARCH, {
    experiment_ids: ['{gx}'],
    max_results: 3,
    page_token: '{gp2}',
    filter: "name = 'a'",
  }),
]
