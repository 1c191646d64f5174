import { post, type ReplayRequest } from './request.ts'

function run(
  name: string,
  at: number,
  rest: { tags?: object[]; params?: object[]; metrics?: object[] },
): ReplayRequest[] {
  const id = `s_${name}`
  const metrics = (rest.metrics ?? []).map((it) => ({ timestamp: 1, step: 0, ...it }))
  return [
    post(
      `run ${name}`,
      'runs/create',
      { experiment_id: '{sx}', run_name: name, start_time: at, user_id: `user of ${name}`, tags: rest.tags ?? [] },
      { keep: { [id]: 'run.info.run_id' } },
    ),
    post(`what run ${name} logs`, 'runs/log-batch', { run_id: `{${id}}`, params: rest.params ?? [], metrics }),
  ]
}

/** Runs that searches find: equal starts, values that are missing, no numbers, or infinite. */
export const SEARCHED_RUNS: readonly ReplayRequest[] = [
  post('an experiment for searches', 'experiments/create', { name: 's' }, { keep: { sx: 'experiment_id' } }),
  post('another experiment for searches', 'experiments/create', { name: 's2' }, { keep: { sy: 'experiment_id' } }),
  ...run('alpha', 100, {
    params: [
      { key: 'lr', value: '0.1' },
      { key: 'opt im', value: 'sgd' },
    ],
    metrics: [
      { key: 'acc', value: 0.5 },
      { key: 'm/x', value: 1 },
    ],
    tags: [{ key: 'team', value: 'red' }],
  }),
  ...run('beta', 200, {
    params: [{ key: 'lr', value: '0.2' }],
    metrics: [{ key: 'acc', value: 0.75 }],
    tags: [{ key: 'team', value: 'Red' }],
  }),
  ...run('gamma', 300, {
    params: [{ key: 'lr', value: '0.10' }],
    metrics: [{ key: 'acc', value: 'NaN' }],
    tags: [{ key: 'team', value: 'blue' }],
  }),
  ...run('delta', 400, {
    metrics: [
      { key: 'acc', value: -1 },
      { key: 'acc', value: 3, step: 5 },
    ],
  }),
  ...run('epsilon', 500, {
    tags: [
      { key: 'team', value: "o'hara" },
      { key: 'a b', value: '10%_x' },
    ],
  }),
  post('delta ends', 'runs/update', { run_id: '{s_delta}', status: 'FINISHED', end_time: 450 }),
  post('a run elsewhere', 'runs/create', { experiment_id: '{sy}', run_name: 'elsewhere', start_time: 50 }),
  post(
    'a run to be deleted',
    'runs/create',
    { experiment_id: '{sx}', run_name: 'gone', start_time: 60 },
    { keep: { s_gone: 'run.info.run_id' } },
  ),
  post('it is deleted', 'runs/delete', { run_id: '{s_gone}' }),
]
