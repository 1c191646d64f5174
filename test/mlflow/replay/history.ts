import { get, post, type ReplayRequest } from './request.ts'

const BULK = 'metrics/get-history-bulk-interval'

function series(key: string, steps: readonly number[]): object[] {
  return steps.map((step) => ({ key, value: step * step, timestamp: 100 + step, step }))
}

const TWENTY = Array.from({ length: 20 }, (_, step) => step)

/** Series of metrics: whole, paged, and a few points of many. */
export const HISTORY: readonly ReplayRequest[] = [
  post('an experiment for series', 'experiments/create', { name: 'h' }, { keep: { hx: 'experiment_id' } }),
  post(
    'a run for series',
    'runs/create',
    { experiment_id: '{hx}', start_time: 1, run_name: 'h1' },
    { keep: { h1: 'run.info.run_id' } },
  ),
  post(
    'another run for series',
    'runs/create',
    { experiment_id: '{hx}', start_time: 1, run_name: 'h2' },
    { keep: { h2: 'run.info.run_id' } },
  ),
  post('a series', 'runs/log-batch', { run_id: '{h1}', metrics: series('m', TWENTY) }),
  post('a series of odd steps', 'runs/log-batch', {
    run_id: '{h2}',
    metrics: series(
      'm',
      TWENTY.map((it) => it * 3 - 10),
    ),
  }),
  post('a series out of order', 'runs/log-batch', {
    run_id: '{h1}',
    metrics: [
      { key: 'o', value: 3, timestamp: 30, step: 1 },
      { key: 'o', value: 1, timestamp: 10, step: 3 },
      { key: 'o', value: 'NaN', timestamp: 20, step: 2 },
      { key: 'o', value: 2, timestamp: 20, step: 2 },
      { key: 'o', value: 1, timestamp: 20, step: 2 },
      { key: 'o', value: -1, timestamp: 5, step: -4 },
    ],
  }),
  get('a whole series', 'metrics/get-history', { run_id: '{h1}', metric_key: 'm', max_results: 25000 }),
  get('a series by the old name for id', 'metrics/get-history', { run_uuid: '{h1}', metric_key: 'm', max_results: 2 }),
  get('a series is sorted by time, step, value', 'metrics/get-history', {
    run_id: '{h1}',
    metric_key: 'o',
    max_results: 100,
  }),
  get(
    'the first page of a series',
    'metrics/get-history',
    { run_id: '{h1}', metric_key: 'm', max_results: 8 },
    { keep: { hp2: 'next_page_token' } },
  ),
  get(
    'the second page of a series',
    'metrics/get-history',
    { run_id: '{h1}', metric_key: 'm', max_results: 8, page_token: '{hp2}' },
    { keep: { hp3: 'next_page_token' } },
  ),
  get('the last page of a series', 'metrics/get-history', {
    run_id: '{h1}',
    metric_key: 'm',
    max_results: 8,
    page_token: '{hp3}',
  }),
  get('a page that ends with the series', 'metrics/get-history', { run_id: '{h1}', metric_key: 'm', max_results: 20 }),
  get('a series without a number of points', 'metrics/get-history', { run_id: '{h1}', metric_key: 'm' }),
  get('a series that was never logged', 'metrics/get-history', {
    run_id: '{h1}',
    metric_key: 'nothing',
    max_results: 5,
  }),
  get(
    'a series without key',
    'metrics/get-history',
    { run_id: '{h1}' },
    { words: /^Missing value for required parameter 'metric_key'/ },
  ),
  get(
    'a series without run',
    'metrics/get-history',
    { metric_key: 'm' },
    { words: /^Missing value for required parameter 'run_id'/ },
  ),
  get('a series of an unknown run', 'metrics/get-history', { run_id: '0'.repeat(32), metric_key: 'm', max_results: 5 }),
  get('a series with a bad token', 'metrics/get-history', {
    run_id: '{h1}',
    metric_key: 'm',
    max_results: 5,
    page_token: 'bogus!',
  }),
  get('a series with a bad number', 'metrics/get-history', { run_id: '{h1}', metric_key: 'm', max_results: 'many' }),
  get('points of a series', BULK, { run_ids: ['{h1}'], metric_key: 'm' }),
  get('few points of a series', BULK, { run_ids: ['{h1}'], metric_key: 'm', max_results: 5 }),
  get('one point of a series', BULK, { run_ids: ['{h1}'], metric_key: 'm', max_results: 1 }),
  get('points of two series', BULK, { run_ids: ['{h1}', '{h2}'], metric_key: 'm', max_results: 6 }),
  get('points between two steps', BULK, {
    run_ids: ['{h1}'],
    metric_key: 'm',
    start_step: 3,
    end_step: 9,
    max_results: 100,
  }),
  get('few points between two steps', BULK, {
    run_ids: ['{h1}', '{h2}'],
    metric_key: 'm',
    start_step: 3,
    end_step: 15,
    max_results: 3,
  }),
  get('points with several values at a step', BULK, { run_ids: ['{h1}'], metric_key: 'o', max_results: 10 }),
  get('points from a step without an end', BULK, { run_ids: ['{h1}'], metric_key: 'm', start_step: 3 }),
  get('points between turned steps', BULK, { run_ids: ['{h1}'], metric_key: 'm', start_step: 9, end_step: 3 }),
  get('no points', BULK, { run_ids: ['{h1}'], metric_key: 'm', max_results: 0 }),
  get('too many points', BULK, { run_ids: ['{h1}'], metric_key: 'm', max_results: 2501 }),
  get('points of no run', BULK, { metric_key: 'm' }, { words: /^Missing value for required parameter 'run_ids'/ }),
  get(
    'points of no series',
    BULK,
    { run_ids: ['{h1}'] },
    { words: /^Missing value for required parameter 'metric_key'/ },
  ),
  get('points of a series that was never logged', BULK, { run_ids: ['{h1}'], metric_key: 'nothing' }),
  get('points of an unknown run', BULK, { run_ids: ['0'.repeat(32)], metric_key: 'm' }),
  get('points of 101 runs', BULK, {
    run_ids: Array.from({ length: 101 }, (_, it) => `${it}`.padStart(32, '0')),
    metric_key: 'm',
  }),
  get('points as the page asks', '/ajax-api/2.0/mlflow/metrics/get-history-bulk', {
    run_id: ['{h1}', '{h2}'],
    metric_key: 'm',
    max_results: 40,
  }),
]
