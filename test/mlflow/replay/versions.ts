import { get, post, remove, type ReplayRequest } from './request.ts'
import { ALIASES, CHANGED } from './version-changes.ts'

const PATH = 'model-versions/'
const V = { name: 'v-one', version: '1' }

function create(name: string, part: object, words?: RegExp): ReplayRequest {
  const body = { name: 'v-one', source: 'mlflow-artifacts:/x/model', ...part }
  return post(name, `${PATH}create`, body, words === undefined ? {} : { words })
}

const FILTERS: readonly string[] = [
  "name = 'v-one'",
  "name LIKE 'v-%'",
  "name ILIKE 'V-%'",
  "run_id = '{v}'",
  "run_id IN ('{v}')",
  "source_path = 'mlflow-artifacts:/x/model'",
  "version_number = '1'",
  'version_number = 1',
  "tags.t = 'u'",
  "name = 'v-one' AND tags.t != 'u'",
]
const REFUSED: readonly string[] = ["nothing = 'x'", "name > 'x'", 'run_id IN ()', 'name = 5', 'name']
const ORDERS: readonly (readonly string[])[] = [
  ['version_number DESC'],
  ['version_number ASC'],
  ['name ASC', 'version_number ASC'],
  ['creation_timestamp ASC'],
  ['last_updated_timestamp DESC'],
  ['nothing'],
]

const MADE: readonly ReplayRequest[] = [
  post('an experiment for versions', 'experiments/create', { name: 'v' }, { keep: { vx: 'experiment_id' } }),
  post(
    'a run for versions',
    'runs/create',
    { experiment_id: '{vx}', start_time: 1, run_name: 'v' },
    { keep: { v: 'run.info.run_id' } },
  ),
  post(
    'a model for versions',
    'logged-models',
    { experiment_id: '{vx}', name: 'vm', source_run_id: '{v}', params: [{ key: 'p', value: '1' }] },
    { keep: { vm: 'model.info.model_id' } },
  ),
  post('a metric of a model for versions', 'runs/log-metric', {
    run_id: '{v}',
    key: 'acc',
    value: 0.9,
    timestamp: 1,
    step: 0,
    model_id: '{vm}',
  }),
  post('a registered model for versions', 'registered-models/create', { name: 'v-one' }),
  post('a registered model apart', 'registered-models/create', { name: 'v-apart' }),
  create('a version', { run_id: '{v}', description: 'first', run_link: 'there', tags: [{ key: 't', value: 'u' }] }),
  create('a version of a logged model', { source: 'models:/{vm}', model_id: '{vm}', run_id: '{v}' }),
  create('a bare version', {}),
  create('a version copied from a version', { source: 'models:/v-one/1', run_id: '{v}' }),
  create('a version copied without its run', { name: 'v-apart', source: 'models:/v-one/1' }),
  create('a version of nobody', { name: 'nobody' }),
  create('a version of no name', { name: undefined }, /^Missing value for required parameter 'name'/),
  create('a version without source', { source: undefined }, /^Missing value for required parameter 'source'/),
  create('a version of a file of this machine', { source: 'file:///etc/passwd' }, /^Invalid model version source/),
  create('a version of a path of this machine', { source: '/etc/passwd' }, /^Invalid model version source/),
  create('a version of a path with a run', { source: '/etc/passwd', run_id: '{v}' }),
  create('a version that climbs', { source: 'mlflow-artifacts:/x/../../etc' }),
  create('a version of a run that is not there', { run_id: '0'.repeat(32) }),
  create('a version of a model that is not there', { name: 'v-apart', model_id: `m-${'0'.repeat(32)}` }),
  create('a version of a version that is not there', { source: 'models:/v-one/99' }),
  remove('a registered model apart is deleted', 'registered-models/delete', { name: 'v-apart' }),
  get('a version is read', `${PATH}get`, V),
  get('a version of a logged model is read', `${PATH}get`, { name: 'v-one', version: '2' }),
  get('a version that is not there', `${PATH}get`, { name: 'v-one', version: '99' }),
  get('a version that is no number', `${PATH}get`, { name: 'v-one', version: 'abc' }),
  get('no version', `${PATH}get`, { name: 'v-one' }, { words: /^Missing value for required parameter 'version'/ }),
  get('the place of a version', `${PATH}get-download-uri`, V),
  get('the place of a version of a logged model', `${PATH}get-download-uri`, { name: 'v-one', version: '2' }),
  get('the place of a copied version', `${PATH}get-download-uri`, { name: 'v-one', version: '4' }),
  get('the place of a version that is not there', `${PATH}get-download-uri`, { name: 'v-one', version: '99' }),
]

/** Versions of models, their stages and aliases. */
export const VERSIONS: readonly ReplayRequest[] = [
  ...MADE,
  ...CHANGED,
  ...ALIASES,
  ...FILTERS.map((filter) => get(`versions where ${filter}`, `${PATH}search`, { filter })),
  ...REFUSED.map((filter) => get(`no versions where ${filter}`, `${PATH}search`, { filter })),
  ...ORDERS.map((order_by) =>
    get(`versions by ${order_by.join(', then ')}`, `${PATH}search`, { filter: "name = 'v-one'", order_by }),
  ),
  get(
    'the first page of versions',
    `${PATH}search`,
    { max_results: 2, order_by: ['version_number ASC'] },
    { keep: { vp2: 'next_page_token' } },
  ),
  get('the last page of versions', `${PATH}search`, {
    max_results: 2,
    order_by: ['version_number ASC'],
    page_token: '{vp2}',
  }),
  get('too many versions asked for', `${PATH}search`, { max_results: 200001 }),
  remove('a version is deleted', `${PATH}delete`, { name: 'v-one', version: '2' }),
  remove('a version is deleted twice', `${PATH}delete`, { name: 'v-one', version: '2' }),
  get('a deleted version', `${PATH}get`, { name: 'v-one', version: '2' }),
  get('the alias of a deleted version', 'registered-models/alias', { name: 'v-one', alias: 'champion' }),
  create('a version after a deleted one', {}),
  post('a model with versions is renamed', 'registered-models/rename', { name: 'v-one', new_name: 'v-two' }),
  get('a version of a renamed model', `${PATH}get`, { name: 'v-two', version: '1' }),
  remove('a model with versions is deleted', 'registered-models/delete', { name: 'v-two' }),
  get('a version of a deleted model', `${PATH}get`, { name: 'v-two', version: '1' }),
]
