import { get, post, type ReplayRequest } from './request.ts'

const SEARCH = 'experiments/search'
const MINE = "name LIKE 'x/%'"

const FILTERS: readonly string[] = [
  "name = 'x/a'",
  "name != 'x/a' AND name LIKE 'x/%'",
  "name ILIKE 'X/%'",
  "attribute.name LIKE 'x/%'",
  "attributes.name LIKE 'x/_'",
  "tags.team = 'red'",
  "tags.team ILIKE 'RED%'",
  "tags.`my tag` = 'y'",
  "tag.team LIKE 'r%' AND name LIKE 'x/%'",
  "creation_time > 0 AND name LIKE 'x/%'",
  'last_update_time < 0',
]

const REFUSED: readonly string[] = [
  "name > 'x'",
  "name IN ('x/a')",
  'name = 5',
  "creation_time = 'x'",
  "experiment_id = '0'",
  "nothing = 'x'",
  "params.a = 'x'",
  'name',
]

const ORDERS: readonly (readonly string[])[] = [
  ['name'],
  ['name DESC'],
  ['attribute.name ASC'],
  ['creation_time ASC'],
  ['last_update_time DESC', 'name'],
  ['experiment_id ASC'],
  ['experiment_id DESC'],
  ['nothing'],
  ['tags.team'],
  ['name SIDEWAYS'],
]

/** Searches of experiments. */
export const EXPERIMENT_SEARCHES: readonly ReplayRequest[] = [
  post('experiment x/a', 'experiments/create', { name: 'x/a', tags: [{ key: 'team', value: 'red' }] }),
  post('experiment x/b', 'experiments/create', {
    name: 'x/b',
    tags: [
      { key: 'team', value: 'Redder' },
      { key: 'my tag', value: 'y' },
    ],
  }),
  post('experiment x/c', 'experiments/create', { name: 'x/c' }),
  post('experiment x/d', 'experiments/create', { name: 'x/d' }, { keep: { xd: 'experiment_id' } }),
  post('experiment x/d is deleted', 'experiments/delete', { experiment_id: '{xd}' }),
  ...FILTERS.map((filter) => post(`experiments where ${filter}`, SEARCH, { max_results: 100, filter })),
  ...REFUSED.map((filter) => post(`no experiments where ${filter}`, SEARCH, { max_results: 100, filter })),
  ...ORDERS.map((order_by) =>
    post(`experiments by ${order_by.join(', then ')}`, SEARCH, { max_results: 100, filter: MINE, order_by }),
  ),
  get(
    'experiments by GET',
    SEARCH,
    { max_results: 2, filter: MINE, order_by: ['name DESC'] },
    { keep: { xp2: 'next_page_token' } },
  ),
  get('the last page of experiments', SEARCH, {
    max_results: 2,
    filter: MINE,
    order_by: ['name DESC'],
    page_token: '{xp2}',
  }),
  post('experiments in their own order', SEARCH, { max_results: 100, filter: MINE }),
  post('deleted experiments', SEARCH, { max_results: 100, filter: MINE, view_type: 'DELETED_ONLY' }),
  post('all experiments', SEARCH, { max_results: 100, filter: MINE, view_type: 'ALL', order_by: ['name'] }),
  post('experiments of a view that is none', SEARCH, { max_results: 100, view_type: 'SOME' }),
  post('experiments without a number', SEARCH, { filter: MINE }),
  post('no experiments asked for', SEARCH, { max_results: 0, filter: MINE }),
  post('too many experiments asked for', SEARCH, { max_results: 50001, filter: MINE }),
  post('experiments with a bad token', SEARCH, { max_results: 5, page_token: 'bogus!' }),
]
