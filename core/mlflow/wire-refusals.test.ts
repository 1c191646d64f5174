import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { API, openWire, type Wire } from './wire-fixture.ts'

let wire: Wire
let run: string
beforeAll(async () => {
  wire = await openWire()
  run = await wire.run()
})
afterAll(async () => wire[Symbol.asyncDispose]())

const point = { key: 'k', value: 1, timestamp: 1 }
const [INVALID, BAD, MISSING] = ['INVALID_PARAMETER_VALUE', 'BAD_REQUEST', 'RESOURCE_DOES_NOT_EXIST']

type Bad = readonly [path: string, body: unknown, status: number, code: string, words: string]

/** RUN stands for a run that is there. */
const POSTS: readonly Bad[] = [
  ['/runs/log-metric', {}, 400, INVALID, "Missing value for required parameter 'run_id'"],
  ['/runs/log-metric', { run_id: 'RUN' }, 400, INVALID, "Missing value for required parameter 'key'"],
  ['/runs/log-metric', { run_id: 5, ...point }, 400, INVALID, "Invalid value 5 for parameter 'run_id' supplied"],
  ['/runs/log-metric', { run_id: 'RUN', ...point, key: null }, 400, INVALID, "required parameter 'key'"],
  ['/runs/log-metric', { run_id: 'RUN', ...point, key: '../up' }, 400, INVALID, 'Invalid value "../up" for parameter'],
  ['/runs/log-metric', { run_id: 'RUN', ...point, key: 'a\u0000b' }, 400, INVALID, 'for parameter'],
  ['/runs/log-metric', { run_id: 'RUN', ...point, value: 'high' }, 400, INVALID, 'Invalid value "high" for parameter'],
  ['/runs/log-metric', { run_id: 'RUN', ...point, value: `${'1'.repeat(1e5)}x` }, 400, INVALID, "parameter 'value'"],
  ['/runs/log-metric', { run_id: 'RUN', ...point, value: '' }, 400, INVALID, "for parameter 'value'"],
  ['/runs/log-metric', { run_id: 'RUN', ...point, value: true }, 400, INVALID, 'Invalid value true for parameter'],
  ['/runs/log-metric', { run_id: 'RUN', ...point, step: 1.5 }, 400, INVALID, "Invalid value 1.5 for parameter 'step'"],
  ['/runs/log-metric', { run_id: 'RUN', ...point, step: '9007199254740993' }, 400, INVALID, "for parameter 'step'"],
  ['/runs/log-metric', { run_id: 'RUN', ...point, timestamp: [] }, 400, INVALID, "for parameter 'timestamp'"],
  ['/runs/log-metric', { run_id: 'RUN', ...point, timestamp: -1 }, 400, INVALID, "'timestamp'"],
  ['/runs/log-metric', { run_id: 'none', ...point }, 404, MISSING, 'none'],
  [
    '/runs/log-batch',
    { run_id: 'RUN', metrics: {} },
    400,
    INVALID,
    "Invalid value {} for parameter 'metrics' supplied",
  ],
  ['/runs/log-batch', { run_id: 'RUN', metrics: [7] }, 400, INVALID, "Invalid value 7 for parameter 'metrics[0]'"],
  ['/runs/log-batch', { run_id: 'RUN', metrics: [point, { value: 1 }] }, 400, INVALID, "parameter 'metrics[1].key'"],
  ['/runs/log-batch', { run_id: 'RUN', params: [{ value: '1' }] }, 400, INVALID, "required parameter 'params[0].key'"],
  ['/runs/log-batch', { run_id: 'RUN', params: [{ key: 'a', value: 1 }] }, 400, INVALID, "parameter 'params[0].value'"],
  ['/runs/log-batch', { run_id: 'RUN', tags: 'a' }, 400, INVALID, 'Invalid value "a" for parameter \'tags\''],
  [
    '/runs/log-batch',
    { run_id: 'RUN', metrics: Array.from({ length: 1_001 }, () => point) },
    400,
    INVALID,
    'at most 1000 metrics',
  ],
  ['/runs/update', { run_id: 'RUN', status: 'BOGUS' }, 400, INVALID, 'Invalid value "BOGUS" for parameter \'status\''],
  ['/runs/create', {}, 400, INVALID, "Missing value for required parameter 'experiment_id'"],
  ['/runs/create', { experiment_id: '77' }, 404, MISSING, '77'],
  ['/runs/search', { experiment_ids: '0' }, 400, INVALID, "parameter 'experiment_ids'"],
  ['/runs/search', { experiment_ids: ['0'], max_results: 50_001 }, 400, INVALID, "parameter 'max_results'"],
  ['/runs/search', { experiment_ids: ['0'], filter: 'params.x < ' }, 400, INVALID, 'filter'],
  ['/runs/search', { experiment_ids: ['0'], page_token: '???' }, 400, INVALID, 'Invalid page token'],
  ['/experiments/search', {}, 400, INVALID, "Missing value for required parameter 'max_results'"],
  ['/experiments/create', { name: '' }, 400, INVALID, "Missing value for required parameter 'name'"],
  ['/experiments/create', { name: 'Default' }, 400, 'RESOURCE_ALREADY_EXISTS', 'Default'],
  ['/runs/log-metric', '{"run_id": ', 400, BAD, 'the body is not JSON'],
  ['/runs/log-metric', '{"value": NaN, "x": }', 400, BAD, 'the body is not JSON'],
  ['/runs/log-metric', '[]', 400, BAD, 'must be a JSON object'],
  ['/runs/log-metric', '"text"', 400, BAD, 'must be a JSON object'],
  ['/runs/log-metric', `{"run_id": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 400, INVALID, "parameter 'run_id'"],
  ['/model-versions/create', { name: 'm' }, 400, INVALID, "required parameter 'source'"],
  ['/nothing/here', {}, 404, 'ENDPOINT_NOT_FOUND', 'nothing'],
]

test.each(POSTS)('POST %s with %j is refused with its reason', async (path, body, status, error_code, words) => {
  const sent = (typeof body === 'string' ? body : JSON.stringify(body)).replace('"RUN"', `"${run}"`)
  const answer = await wire.ask('POST', API + path, sent)
  expect(answer).toEqual({ status, body: { error_code, message: expect.stringContaining(words) } })
})

const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
const MODEL = '{"run_id": 1, "artifact_path": "a", "utc_time_created": "t", "flavors": '

test.each([
  ['/api/3.0/mlflow/traces', `{"trace": {"trace_info": {"trace_id": "tr-1", "x": ${DEEP}}}}`, "'trace.trace_info'"],
  [`${API}/runs/log-model`, JSON.stringify({ run_id: 'RUN', model_json: `${MODEL}${DEEP}}` }), "'model_json'"],
  [
    `${API}/runs/log-model`,
    JSON.stringify({ run_id: 'RUN', model_json: `${MODEL}"${'x'.repeat(8_000)}"}` }),
    "'model_json'",
  ],
])('what could not be kept as it is is refused: %s', async (path, sent, words) => {
  const answer = await wire.ask('POST', path, sent.replace('"RUN"', `"${run}"`))
  expect(answer).toEqual({ status: 400, body: { error_code: INVALID, message: expect.stringContaining(words) } })
})

const GETS: readonly (readonly [path: string, status: number, code: string, words: string])[] = [
  [`${API}/runs/get`, 400, INVALID, "Missing value for required parameter 'run_id'"],
  [`${API}/runs/get?run_id=none`, 404, MISSING, 'none'],
  [`${API}/experiments/get?experiment_id=x%20y`, 404, MISSING, 'x y'],
  [`${API}/experiments/get-by-name?experiment_name=none`, 404, MISSING, 'none'],
  [`${API}/model-versions/get?name=m&version=one`, 400, INVALID, "Parameter 'version' must be an integer"],
  [`${API}/registered-models/get?name=none`, 404, MISSING, 'none'],
  [`${API}/logged-models/m-none`, 404, MISSING, 'm-none'],
  [`${API}/logged-models/%ff`, 400, INVALID, 'Invalid path'],
  [`${API}/metrics/get-history?run_id=RUN`, 400, INVALID, "required parameter 'metric_key'"],
  [`${API}/metrics/get-history-bulk-interval?metric_key=k`, 400, INVALID, "required parameter 'run_ids'"],
  [`${API}/metrics/get-history-bulk-interval?run_ids=RUN&metric_key=k&max_results=2501`, 400, INVALID, 'max_results'],
  [`${API}/metrics/get-history-bulk-interval?run_ids=RUN&metric_key=k&start_step=1`, 400, INVALID, "'end_step'"],
  [`${API}/runs/create`, 404, 'ENDPOINT_NOT_FOUND', 'nothing'],
  ['/api/3.0/mlflow/server-info', 404, 'ENDPOINT_NOT_FOUND', 'nothing'],
  ['/ajax-api/2.0/nothing', 404, 'ENDPOINT_NOT_FOUND', 'nothing'],
]

test.each(GETS)('GET %s is refused with its reason', async (path, status, error_code, words) => {
  const answer = await wire.ask('GET', path.replace('RUN', run))
  expect(answer).toEqual({ status, body: { error_code, message: expect.stringContaining(words) } })
})

describe('a caller', () => {
  const path = `${API}/experiments/get?experiment_id=0`
  const basic = (password: string) => `Basic ${Buffer.from(`anybody:${password}`).toString('base64')}`

  test('may show the token as Bearer, or as the password of Basic', async () => {
    for (const authorization of [`Bearer ${wire.fixture.token}`, basic(wire.fixture.token)]) {
      expect(await wire.askWith({ authorization })('GET', path)).toMatchObject({ status: 200 })
    }
  })

  test.each([
    ['no token', { authorization: '' }, 401, 'UNAUTHENTICATED'],
    ['a wrong one', { authorization: `Bearer ${'0'.repeat(64)}` }, 401, 'UNAUTHENTICATED'],
    ['a wrong password', { authorization: basic('0'.repeat(64)) }, 401, 'UNAUTHENTICATED'],
    ['no password', { authorization: 'Basic bm9ib2R5' }, 401, 'UNAUTHENTICATED'],
    ['a foreign Origin', { origin: 'http://elsewhere.example' }, 403, 'PERMISSION_DENIED'],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 403, 'PERMISSION_DENIED'],
  ])('with %s is refused', async (_, headers, status, error_code) => {
    const answer = await wire.askWith(headers)('GET', path)
    expect(answer).toEqual({ status, body: { error_code, message: expect.any(String) } })
  })

  test('is asked for a password only where it sent one', async () => {
    const challenge = async (authorization: string) =>
      (await wire.fixture.fetch(path, { headers: { authorization } })).headers.get('www-authenticate')
    expect(await challenge(basic('wrong'))).toBe('Basic realm="minisub"')
    expect(await challenge('Bearer wrong')).toBe('Bearer')
  })

  test('is told the version without a token', async () => {
    const response = await wire.fixture.fetch('/version', { headers: { authorization: '' } })
    expect([response.status, await response.text()]).toEqual([200, expect.stringMatching(/^3\.[0-3]\.\d+$/)])
  })
})

test.each([
  ['text/plain', "Bad Request. Content-Type must be one of ['application/json']."],
  ['application/x-www-form-urlencoded', "Bad Request. Content-Type must be one of ['application/json']."],
])('a body that is called %s is refused', async (type, message) => {
  const answer = await wire.askWith({ 'Content-Type': type })('POST', `${API}/runs/create`, '{"experiment_id": "0"}')
  expect(answer).toEqual({ status: 400, body: { error_code: INVALID, message } })
})

test('a body that is not UTF-8 is refused', async () => {
  const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])
  const headers = { 'Content-Type': 'application/json' }
  const response = await wire.fixture.fetch(`${API}/runs/create`, { method: 'POST', headers, body })
  expect([response.status, await response.json()]).toMatchObject([400, { error_code: BAD }])
})

/** Sends a request on a socket of its own, and takes what comes until the other side ends. */
function exchange(...parts: readonly string[]): Promise<string> {
  const { port } = wire.fixture.server
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => (text += chunk.toString()))
    socket.once('close', () => resolve(text))
    socket.once('error', reject)
    const head = `POST ${API}/runs/create HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n`
    socket.write(`${head}Authorization: Bearer ${wire.fixture.token}\r\n${parts.join('')}`)
    if (parts.length > 1) socket.end()
  })
}

test('a body that is too large is refused before it came, and its connection ended', async () => {
  const answer = await exchange(`Content-Length: ${65 * 1024 * 1024}\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect(answer).toContain('{"error_code":"BAD_REQUEST","message":"The body is larger than 67108864 bytes')
})

test('a body that is cut off changes nothing', async () => {
  await exchange('Content-Length: 100\r\n\r\n', '{"experiment_id": "0"')
  expect(await wire.ask('GET', `${API}/runs/get?run_id=${run}`)).toMatchObject({ status: 200 })
  const { body } = await wire.ask('POST', `${API}/runs/search`, { experiment_ids: ['0'] })
  expect(body['runs']).toHaveLength(1)
})
