import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWire, type Wire } from './wire-fixture.ts'

const API3 = '/api/3.0/mlflow'

let wire: Wire
beforeAll(async () => {
  wire = await openWire()
})
afterAll(async () => wire[Symbol.asyncDispose]())

function infoOf(trace_id: string, rest: object = {}): object {
  return {
    trace_id,
    trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '0' } },
    request_time: '2026-11-26T12:00:00.5Z',
    execution_duration: '0.001s',
    state: 'OK',
    trace_metadata: { 'mlflow.traceInputs': '{"a": NaN}' },
    tags: { 'mlflow.traceName': 'f' },
    ...rest,
  }
}

const start = async (info: object) => wire.ask('POST', `${API3}/traces`, { trace: { trace_info: info } })

test('a trace comes back as it was told, with the place of its spans, which is an artifact', async () => {
  const tags = { 'mlflow.traceName': 'f', 'mlflow.artifactLocation': 'mlflow-artifacts:/0/traces/tr-1/artifacts' }
  const kept = { status: 200, body: { trace: { trace_info: infoOf('tr-1', { tags }) } } }
  expect(await start(infoOf('tr-1'))).toEqual(kept)
  expect(await wire.ask('GET', `${API3}/traces/tr-1`)).toEqual(kept)
  const spans = '/api/2.0/mlflow-artifacts/artifacts/0/traces/tr-1/artifacts/traces.json'
  expect(await wire.ask('PUT', spans, '{"spans": []}')).toEqual({ status: 200, body: {} })
  expect(await wire.ask('GET', spans)).toEqual({ status: 200, body: { spans: [] } })
})

test('a trace that is told again keeps the tags that it has', async () => {
  await start(infoOf('tr-2'))
  await wire.ask('PATCH', `${API3}/traces/tr-2/tags`, { key: 'mine', value: 'x' })
  const again = await start(infoOf('tr-2', { state: 'ERROR' }))
  expect(again.body).toMatchObject({ trace: { trace_info: { state: 'ERROR', tags: { mine: 'x' } } } })
  expect(await wire.ask('DELETE', `${API3}/traces/tr-2/tags`, { key: 'mine' })).toEqual({ status: 200, body: {} })
  expect(await wire.ask('DELETE', `${API3}/traces/tr-2/tags`, { key: 'mine' })).toMatchObject({ status: 404 })
})

test('traces of an experiment are found, the newest first, page by page, and deleted', async () => {
  const { body } = await wire.ask('POST', '/api/2.0/mlflow/experiments/create', { name: 'traced' })
  const location = { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: body }
  for (const index of [1, 2, 3]) {
    const request_time = `2026-11-26T12:00:0${index}Z`
    await start(infoOf(`tr-page-${index}`, { trace_location: location, request_time }))
  }
  const found: string[] = []
  let page_token: unknown
  do {
    const wanted = { locations: [location], max_results: 2, order_by: ['timestamp_ms DESC'], page_token }
    const page = await wire.ask('POST', `${API3}/traces/search`, wanted)
    found.push(...(page.body['traces'] as { trace_id: string }[]).map(({ trace_id }) => trace_id))
    page_token = page.body['next_page_token']
  } while (page_token !== undefined)
  expect(found).toEqual(['tr-page-3', 'tr-page-2', 'tr-page-1'])
  const gone = await wire.ask('POST', `${API3}/traces/delete-traces`, { ...body, request_ids: [...found, 'none'] })
  expect(gone.body).toEqual({ traces_deleted: 3 })
  expect(await wire.ask('POST', `${API3}/traces/search`, { locations: [location] })).toEqual({ status: 200, body: {} })
})

test.each([
  ['no trace', {}, 400, "Missing value for required parameter 'trace'"],
  ['an id that is a path', { trace: { trace_info: infoOf('../x') } }, 400, 'trace.trace_info.trace_id'],
  ['no experiment', { trace: { trace_info: infoOf('tr-3', { trace_location: {} }) } }, 400, 'mlflow_experiment'],
  ['a time that is none', { trace: { trace_info: infoOf('tr-3', { request_time: 'now' }) } }, 400, 'request_time'],
  ['a tag that is no text', { trace: { trace_info: infoOf('tr-3', { tags: { a: 1 } }) } }, 400, 'tags.a'],
])('%s is refused', async (_, body, status, words) => {
  const answer = await wire.ask('POST', `${API3}/traces`, body)
  expect(answer).toMatchObject({ status, body: { message: expect.stringContaining(words) } })
})

test('what is not there is 404, what cannot be asked says so', async () => {
  expect(await wire.ask('GET', `${API3}/traces/tr-none`)).toMatchObject({ status: 404 })
  const filtered = await wire.ask('POST', `${API3}/traces/search`, { locations: [], filter: "status = 'OK'" })
  expect(filtered).toMatchObject({ status: 501, body: { error_code: 'NOT_IMPLEMENTED' } })
})
