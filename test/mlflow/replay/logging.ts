import { get, post, type ReplayRequest } from './request.ts'

const RUN = 'runs/log-metric'

function metric(name: string, part: object, words?: RegExp): ReplayRequest {
  return post(name, RUN, { run_id: '{l}', ...part }, words === undefined ? {} : { words })
}

function param(name: string, part: object, words?: RegExp): ReplayRequest {
  return post(name, 'runs/log-parameter', { run_id: '{l}', ...part }, words === undefined ? {} : { words })
}

function tag(name: string, part: object, words?: RegExp): ReplayRequest {
  return post(name, 'runs/set-tag', { run_id: '{l}', ...part }, words === undefined ? {} : { words })
}

const METRICS: readonly ReplayRequest[] = [
  metric('a metric', { key: 'loss', value: 0.5, timestamp: 10, step: 1 }),
  metric('a metric by the old name for id', { run_uuid: '{l}', key: 'loss', value: 0.25, timestamp: 11, step: 2 }),
  metric('the same metric again', { key: 'loss', value: 0.25, timestamp: 11, step: 2 }),
  metric('an older step after a newer one', { key: 'loss', value: 9, timestamp: 99, step: 0 }),
  metric('a negative step', { key: 'negative', value: 1, timestamp: 1, step: -5 }),
  metric('a lower negative step', { key: 'negative', value: 2, timestamp: 2, step: -7 }),
  metric('no step', { key: 'stepless', value: 3, timestamp: 5 }),
  metric('not a number', { key: 'nan', value: 'NaN', timestamp: 1, step: 0 }),
  metric('not a number, then a number at the same step', { key: 'nan then 1', value: 'NaN', timestamp: 1, step: 0 }),
  metric('a number where there was none', { key: 'nan then 1', value: 1, timestamp: 1, step: 0 }),
  metric('infinity', { run_id: '{li}', key: 'inf', value: 'Infinity', timestamp: 1, step: 0 }),
  metric('minus infinity', { run_id: '{li}', key: 'neg inf', value: '-Infinity', timestamp: 1, step: 0 }),
  metric('a value as digits', { key: 'digits', value: '2.5', timestamp: '7', step: '3' }),
  metric('a whole number', { key: 'whole', value: 3, timestamp: 1, step: 0 }),
  metric('a tiny number', { key: 'tiny', value: 1e-300, timestamp: 1, step: 0 }),
  metric('a great number', { key: 'great', value: 1.7976931348623157e308, timestamp: 1, step: 0 }),
  metric('minus zero', { key: 'minus zero', value: -0.0, timestamp: 1, step: 0 }),
  metric('equal step, greater time', { key: 'tie time', value: 1, timestamp: 5, step: 1 }),
  metric('equal step, smaller time', { key: 'tie time', value: 2, timestamp: 4, step: 1 }),
  metric('equal step and time, greater value', { key: 'tie value', value: 2, timestamp: 5, step: 1 }),
  metric('equal step and time, smaller value', { key: 'tie value', value: 1, timestamp: 5, step: 1 }),
  metric('a key with a folder and unicode', { key: 'val/größe k', value: 1, timestamp: 1 }),
  metric('a key with a colon', { key: 'a:b', value: 1, timestamp: 1 }),
  metric('a metric of a dataset', { key: 'of data', value: 1, timestamp: 1, dataset_name: 'd', dataset_digest: 'abc' }),
  metric('no key', { value: 1, timestamp: 1 }, /^Missing value for required parameter 'key'/),
  metric('no value', { key: 'k', timestamp: 1 }, /^Missing value for required parameter 'value'/),
  metric('no time', { key: 'k', value: 1 }, /^Missing value for required parameter 'timestamp'/),
  metric(
    'a value in words',
    { key: 'k', value: 'high', timestamp: 1 },
    /^Invalid value "high" for parameter 'value' supplied/,
  ),
  metric('a value that is true', { run_id: '{lb}', key: 'k', value: true, timestamp: 1 }),
  metric('a value that is null', { key: 'k', value: null, timestamp: 1 }),
  metric('a time in words', { key: 'k', value: 1, timestamp: 'now' }),
  metric('a time with a fraction', { run_id: '{lb}', key: 'k', value: 1, timestamp: 1.5 }),
  metric('a negative time', { key: 'k', value: 1, timestamp: -1 }),
  metric('a step in words', { key: 'k', value: 1, timestamp: 1, step: 'one' }),
  metric('a step with a fraction', { run_id: '{lb}', key: 'k', value: 1, timestamp: 1, step: 1.5 }),
  metric('a key that is a number', { key: 5, value: 1, timestamp: 1 }),
  metric('an empty key', { key: '', value: 1, timestamp: 1 }),
  metric('a key that climbs', { key: '../k', value: 1, timestamp: 1 }, /^Invalid value "\.\.\/k" for parameter '/),
  metric('a key from the root', { key: '/k', value: 1, timestamp: 1 }),
  metric('a key with two slashes', { key: 'a//b', value: 1, timestamp: 1 }),
  metric('a key that ends with a slash', { key: 'a/', value: 1, timestamp: 1 }),
  metric('a key that is a dot', { key: '.', value: 1, timestamp: 1 }),
  metric('a key with a sign', { key: 'k!', value: 1, timestamp: 1 }),
  metric('a key with a line feed', { key: 'a\nb', value: 1, timestamp: 1 }),
  metric('a key of 250', { key: 'k'.repeat(250), value: 1, timestamp: 1 }),
  metric('a key of 251', { key: 'k'.repeat(251), value: 1, timestamp: 1 }),
  post('a metric of an unknown run', RUN, { run_id: '0'.repeat(32), key: 'k', value: 1, timestamp: 1 }),
  post(
    'a metric of no run',
    RUN,
    { key: 'k', value: 1, timestamp: 1 },
    { words: /^Missing value for required parameter 'run_id'/ },
  ),
]

const PARAMS: readonly ReplayRequest[] = [
  param('a parameter', { key: 'lr', value: '0.1' }),
  param('the same parameter again', { key: 'lr', value: '0.1' }),
  param('another value for a parameter', { key: 'lr', value: '0.2' }, /^Changing param values is not allowed/),
  param('an empty value of a parameter', { key: 'empty', value: '' }),
  param('no value of a parameter', { key: 'absent' }),
  param('no key of a parameter', { value: 'x' }, /^Missing value for required parameter 'key'/),
  param('a number as parameter', { key: 'number', value: 5 }),
  param('a parameter that climbs', { key: 'a/../b', value: 'x' }),
  param('a parameter with a long key', { key: 'k'.repeat(251), value: 'x' }),
  param('a parameter with a long value', { key: 'long', value: 'v'.repeat(6000) }),
  param('a parameter with a value that is too long', { key: 'too long', value: 'v'.repeat(6001) }),
  param('a parameter with unicode', { key: 'größe', value: '試験 ✓' }),
  post('a parameter of an unknown run', 'runs/log-parameter', { run_id: '0'.repeat(32), key: 'k', value: 'v' }),
]

const TAGS: readonly ReplayRequest[] = [
  tag('a tag', { key: 'stage', value: 'dev' }),
  tag('another value for a tag', { key: 'stage', value: 'prod' }),
  tag('an empty tag', { key: 'empty', value: '' }),
  tag('a tag without value', { key: 'absent' }),
  tag('a tag without key', { value: 'x' }, /^Missing value for required parameter 'key'/),
  tag('a tag that is a number', { key: 'number', value: 5 }),
  tag('a tag with a long key', { key: 'k'.repeat(251), value: 'x' }),
  tag('a tag with a value that is too long', { key: 'too long', value: 'v'.repeat(8001) }),
  tag('a tag that climbs', { key: '../x', value: 'x' }),
  tag('a note', { key: 'mlflow.note.content', value: '# A note' }),
  post('a tag of an unknown run', 'runs/set-tag', { run_id: '0'.repeat(32), key: 'k', value: 'v' }),
  post('a tag goes', 'runs/delete-tag', { run_id: '{l}', key: 'stage' }),
  post('a tag goes twice', 'runs/delete-tag', { run_id: '{l}', key: 'stage' }, { words: /No tag with name: stage/ }),
  post('no tag goes', 'runs/delete-tag', { run_id: '{l}' }, { words: /^Missing value for required parameter 'key'/ }),
]

/** What runs log, one at a time. */
export const LOGGING: readonly ReplayRequest[] = [
  post('an experiment for logs', 'experiments/create', { name: 'l' }, { keep: { lx: 'experiment_id' } }),
  post(
    'a run for logs',
    'runs/create',
    { experiment_id: '{lx}', start_time: 1, run_name: 'logs' },
    { keep: { l: 'run.info.run_id' } },
  ),
  post(
    'a run for bad logs',
    'runs/create',
    { experiment_id: '{lx}', start_time: 1, run_name: 'bad logs' },
    { keep: { lb: 'run.info.run_id' } },
  ),
  post(
    'a run for infinity',
    'runs/create',
    { experiment_id: '{lx}', start_time: 1, run_name: 'infinity' },
    { keep: { li: 'run.info.run_id' } },
  ),
  ...METRICS,
  ...PARAMS,
  ...TAGS,
  get('infinity as it is kept', 'runs/get', { run_id: '{li}' }),
  get('all that a run logged', 'runs/get', { run_id: '{l}' }),
]
