import { get, post, type ReplayRequest } from './request.ts'

function batch(name: string, part: object, words?: RegExp): ReplayRequest {
  return post(name, 'runs/log-batch', { run_id: '{b}', ...part }, words === undefined ? {} : { words })
}

function metrics(count: number): object[] {
  return Array.from({ length: count }, (_, step) => ({ key: 'many', value: step / 2, timestamp: step, step }))
}

function pairs(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({ key: `p${index}`, value: `${index}` }))
}

/** What runs log, many at a time. */
export const BATCHES: readonly ReplayRequest[] = [
  post('an experiment for batches', 'experiments/create', { name: 'b' }, { keep: { bx: 'experiment_id' } }),
  post(
    'a run for batches',
    'runs/create',
    { experiment_id: '{bx}', start_time: 1, run_name: 'batches' },
    { keep: { b: 'run.info.run_id' } },
  ),
  post(
    'a run for bad batches',
    'runs/create',
    { experiment_id: '{bx}', start_time: 1, run_name: 'bad' },
    { keep: { bb: 'run.info.run_id' } },
  ),
  batch('a batch of all', {
    metrics: [{ key: 'm', value: 1, timestamp: 1, step: 0 }],
    params: [{ key: 'p', value: 'v' }],
    tags: [{ key: 't', value: 'u' }],
  }),
  batch('an empty batch', {}),
  batch('a batch of 1000 metrics', { metrics: metrics(1000) }),
  batch('a batch of 1001 metrics', { metrics: metrics(1001) }, /1000/),
  batch('a batch of 100 parameters', { params: pairs(100) }),
  batch('a batch of 101 parameters', { params: pairs(101) }, /100/),
  batch('a batch of 100 tags', { tags: pairs(100) }),
  batch('a batch of 101 tags', { tags: pairs(101) }, /100/),
  batch('a batch of 1001 things', { metrics: metrics(901), tags: pairs(100) }, /1000/),
  batch('a batch with an empty key', { metrics: [{ key: '', value: 1, timestamp: 1 }] }),
  batch('a batch with a metric without key', { metrics: [{ value: 1, timestamp: 1 }] }, /metrics\[0\]\.key/),
  batch(
    'a batch with a metric without value',
    {
      metrics: [
        { key: 'ok', value: 1, timestamp: 1 },
        { key: 'x', timestamp: 1 },
      ],
    },
    /metrics\[1\]\.value/,
  ),
  batch('a batch with a metric without time', { metrics: [{ key: 'x', value: 1 }] }, /metrics\[0\]\.timestamp/),
  batch('a batch with a value in words', { run_id: '{bb}', metrics: [{ key: 'x', value: 'high', timestamp: 1 }] }),
  batch('a batch with a step in words', {
    run_id: '{bb}',
    metrics: [{ key: 'x', value: 1, timestamp: 1, step: 'one' }],
  }),
  batch('a batch with a bad metric key', { metrics: [{ key: '../x', value: 1, timestamp: 1 }] }, /metrics\[0\]\./),
  batch('a batch with a bad parameter key', { params: [{ key: '../x', value: 'v' }] }, /params\[0\]\.key/),
  batch('a batch with a bad tag key', { tags: [{ key: '../x', value: 'v' }] }, /tags\[0\]\.key/),
  batch('a batch with a parameter without key', { params: [{ value: 'v' }] }, /params\[0\]\.key/),
  batch('a batch with a tag without key', { tags: [{ value: 'v' }] }, /tags\[0\]\.key/),
  batch('a batch with the same parameter twice', {
    run_id: '{bb}',
    params: [
      { key: 'twin', value: '1' },
      { key: 'twin', value: '1' },
    ],
  }),
  batch(
    'a batch with two values of a parameter',
    {
      params: [
        { key: 'q', value: '1' },
        { key: 'q', value: '2' },
      ],
    },
    /Duplicate parameter keys|Changing param values|Duplicate/,
  ),
  batch(
    'a batch that changes a parameter',
    {
      params: [{ key: 'p', value: 'w' }],
      metrics: [{ key: 'unseen', value: 1, timestamp: 1 }],
      tags: [{ key: 'unseen', value: '1' }],
    },
    /^Changing param values is not allowed/,
  ),
  batch('a batch with the same tag twice', {
    tags: [
      { key: 'twin', value: '1' },
      { key: 'twin', value: '2' },
    ],
  }),
  batch('a batch renames a run', { tags: [{ key: 'mlflow.runName', value: 'renamed by batch' }] }),
  batch('a batch with metrics that are no list', { metrics: 'x' }),
  batch('a batch with a metric that is a text', { metrics: ['x'] }),
  batch('a batch with not a number and infinity', {
    metrics: [
      { key: 'n', value: 'NaN', timestamp: 1, step: 1 },
      { key: 'n', value: 5, timestamp: 1, step: 0 },
    ],
  }),
  batch('a batch with a repeated metric', {
    metrics: [
      { key: 'rep', value: 5, timestamp: 1, step: 0 },
      { key: 'rep', value: 5, timestamp: 1, step: 0 },
    ],
  }),
  post('a batch for an unknown run', 'runs/log-batch', { run_id: '0'.repeat(32) }),
  post(
    'a batch for no run',
    'runs/log-batch',
    { metrics: metrics(1) },
    { words: /^Missing value for required parameter 'run_id'/ },
  ),
  get('all that batches left', 'runs/get', { run_id: '{b}' }),
  get('a repeated metric is once there', 'metrics/get-history', { run_id: '{b}', metric_key: 'rep', max_results: 10 }),
]
