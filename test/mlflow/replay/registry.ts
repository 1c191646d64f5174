import { get, patch, post, remove, type ReplayRequest } from './request.ts'

const PATH = 'registered-models/'

const FILTERS: readonly string[] = [
  "name = 'm-one'",
  "name != 'm-one'",
  "name LIKE 'm-%'",
  "name ILIKE 'M-%'",
  "tags.team = 'red'",
  "tag.`team` != 'red'",
  "tag.`mlflow.prompt.is_prompt` != 'true'",
  "tag.`mlflow.prompt.is_prompt` = 'true'",
  "name LIKE 'm-%' AND tags.team ILIKE 'RED'",
]
const REFUSED: readonly string[] = ["nothing = 'x'", "name > 'x'", "name IN ('x')", 'name = 5', 'name']
const ORDERS: readonly (readonly string[])[] = [
  ['name DESC'],
  ['name ASC'],
  ['creation_timestamp ASC'],
  ['last_updated_timestamp DESC', 'name'],
  ['timestamp ASC', 'name'],
  ['nothing'],
  ['tags.team'],
  ['name', 'name DESC'],
]

/** Registered models. */
export const REGISTERED: readonly ReplayRequest[] = [
  get('no registered models', `${PATH}search`),
  post('a model is registered', `${PATH}create`, {
    name: 'm-one',
    description: 'the first',
    tags: [{ key: 'team', value: 'red' }],
  }),
  post('a bare model is registered', `${PATH}create`, { name: 'm two' }),
  post('a third model is registered', `${PATH}create`, { name: 'm-three', description: '' }),
  post('a name with a slash is registered', `${PATH}create`, { name: 'a/b' }),
  remove('a name with a slash is deleted', `${PATH}delete`, { name: 'a/b' }),
  post('a registered name', `${PATH}create`, { name: 'm-one' }, { words: /already exists/ }),
  post('no registered name', `${PATH}create`, {}, { words: /^Missing value for required parameter 'name'|name/ }),
  post('an empty registered name', `${PATH}create`, { name: '' }),
  post('a number as registered name', `${PATH}create`, { name: 5 }),
  post('a model with the tag twice', `${PATH}create`, {
    name: 'm-twin',
    tags: [
      { key: 'a', value: '1' },
      { key: 'a', value: '2' },
    ],
  }),
  get('a registered model', `${PATH}get`, { name: 'm-one' }),
  get('a bare registered model', `${PATH}get`, { name: 'm two' }),
  get('a model that is not registered', `${PATH}get`, { name: 'nobody' }, { words: /nobody/ }),
  get('a registered model without name', `${PATH}get`, {}, { words: /^Missing value for required parameter 'name'/ }),
  patch('a description', `${PATH}update`, { name: 'm two', description: 'the second' }),
  patch('no description', `${PATH}update`, { name: 'm two' }),
  patch('a description of nobody', `${PATH}update`, { name: 'nobody', description: 'x' }),
  post('a tag of a registered model', `${PATH}set-tag`, { name: 'm two', key: 'k', value: 'v' }),
  post('another value for a tag of a registered model', `${PATH}set-tag`, { name: 'm two', key: 'k', value: 'w' }),
  post(
    'a tag of a registered model without key',
    `${PATH}set-tag`,
    { name: 'm two', value: 'w' },
    { words: /^Missing value for required parameter 'key'/ },
  ),
  post('a tag of a registered model with a long key', `${PATH}set-tag`, {
    name: 'm two',
    key: 'k'.repeat(251),
    value: 'w',
  }),
  post('a tag of nobody', `${PATH}set-tag`, { name: 'nobody', key: 'k', value: 'w' }),
  remove('a tag of a registered model goes', `${PATH}delete-tag`, { name: 'm two', key: 'k' }),
  remove('a tag of a registered model goes twice', `${PATH}delete-tag`, { name: 'm two', key: 'k' }),
  ...FILTERS.map((filter) => get(`registered models where ${filter}`, `${PATH}search`, { filter })),
  ...REFUSED.map((filter) => get(`no registered models where ${filter}`, `${PATH}search`, { filter })),
  ...ORDERS.map((order_by) => get(`registered models by ${order_by.join(', then ')}`, `${PATH}search`, { order_by })),
  get('the first page of registered models', `${PATH}search`, { max_results: 2 }, { keep: { rp2: 'next_page_token' } }),
  get('the last page of registered models', `${PATH}search`, { max_results: 2, page_token: '{rp2}' }),
  get('no registered models asked for', `${PATH}search`, { max_results: 0 }),
  get('too many registered models asked for', `${PATH}search`, { max_results: 1001 }),
  get('registered models with a bad token', `${PATH}search`, { page_token: 'bogus!' }),
  post('a registered model is renamed', `${PATH}rename`, { name: 'm two', new_name: 'm-two' }),
  get('a renamed registered model', `${PATH}get`, { name: 'm-two' }),
  get('the old name of a registered model', `${PATH}get`, { name: 'm two' }),
  post('renamed to a registered name', `${PATH}rename`, { name: 'm-two', new_name: 'm-one' }),
  post('nobody is renamed', `${PATH}rename`, { name: 'nobody', new_name: 'x' }),
  post('renamed to nothing', `${PATH}rename`, { name: 'm-two' }),
  remove('a registered model is deleted', `${PATH}delete`, { name: 'm-three' }),
  remove('a registered model is deleted twice', `${PATH}delete`, { name: 'm-three' }),
  get('a deleted registered model', `${PATH}get`, { name: 'm-three' }),
]
