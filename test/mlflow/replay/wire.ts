import { get, post, type ReplayRequest } from './request.ts'

const CREATE = '/api/2.0/mlflow/runs/create'

/** The wire itself: paths, types of content, broken bodies. */
export const WIRE: readonly ReplayRequest[] = [
  get('health', '/health'),
  get('an unknown path', 'runs/nothing'),
  get('an unknown version of the interface', '/api/9.0/mlflow/runs/get'),
  get('the wrong method', 'runs/create'),
  post('a post of what is read', 'runs/get', {}),
  { name: 'a body that is no JSON', method: 'POST', path: CREATE, raw: '{"a', contentType: 'application/json' },
  { name: 'a body that is a list', method: 'POST', path: CREATE, raw: '[]', contentType: 'application/json' },
  { name: 'a body that is a text', method: 'POST', path: CREATE, raw: '"x"', contentType: 'application/json' },
  { name: 'a body that is null', method: 'POST', path: CREATE, raw: 'null', contentType: 'application/json' },
  { name: 'no body', method: 'POST', path: CREATE, raw: '', contentType: 'application/json' },
  {
    name: 'a form',
    method: 'POST',
    path: CREATE,
    raw: 'experiment_id=0',
    contentType: 'application/x-www-form-urlencoded',
  },
  {
    name: 'plain text',
    method: 'POST',
    path: CREATE,
    raw: '{"experiment_id": "0", "run_name": "plain"}',
    contentType: 'text/plain',
  },
  {
    name: 'JSON with its character set',
    method: 'POST',
    path: CREATE,
    raw: '{"experiment_id": "0", "run_name": "charset", "start_time": 1}',
    contentType: 'application/json; charset=utf-8',
  },
  {
    name: 'a bare NaN',
    method: 'POST',
    path: '/api/2.0/mlflow/runs/log-metric',
    raw: '{"run_id": "{wr}", "key": "bare", "value": NaN, "timestamp": 1, "step": 0}',
    contentType: 'application/json',
  },
  post('an unknown field', 'runs/set-tag', { run_id: '{wr}', key: 'a', value: 'b', colour: 'red' }),
  post('the path of pages', '/ajax-api/2.0/mlflow/runs/set-tag', { run_id: '{wr}', key: 'ajax', value: 'b' }),
  get('what came over the wire', 'runs/get', { run_id: '{wr}' }),
  get('the old preview paths', '/api/2.0/preview/mlflow/runs/get', { run_id: '{wr}' }),
  get('a trace that is not there', '/api/3.0/mlflow/traces/tr-0'),
  get('information on the server', '/api/3.0/mlflow/server-info'),
]

/** A run that the requests on the wire write to. */
export const WIRE_RUN: readonly ReplayRequest[] = [
  post(
    'a run for the wire',
    'runs/create',
    { experiment_id: '0', start_time: 1, run_name: 'wire' },
    { keep: { wr: 'run.info.run_id' } },
  ),
]
