import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { API, openWire, type Wire } from './wire-fixture.ts'

let wire: Wire
beforeAll(async () => {
  wire = await openWire()
})
afterAll(async () => wire[Symbol.asyncDispose]())

describe('runs', () => {
  test('come back as they were logged, unset fields and empty lists being absent', async () => {
    const created = await wire.ask('POST', `${API}/runs/create`, { experiment_id: 0, user_id: 'ann', start_time: '5' })
    const { info } = created.body['run'] as { info: Record<string, unknown> }
    const id = String(info['run_id'])
    expect(info).toMatchObject({ run_uuid: id, experiment_id: '0', user_id: 'ann', status: 'RUNNING', start_time: 5 })
    expect(info).not.toHaveProperty('end_time')
    await wire.ask('POST', `${API}/runs/log-parameter`, { run_id: id, key: 'empty', value: '' })
    const { body } = await wire.ask('GET', `${API}/runs/get?run_id=${id}&run_uuid=${id}`)
    const { data } = body['run'] as { data: Record<string, unknown> }
    expect(data['params']).toEqual([{ key: 'empty', value: '' }])
    expect(data).not.toHaveProperty('metrics')
  })

  test('take numbers as texts, and NaN and infinities as texts or bare', async () => {
    const id = await wire.run()
    const log = async (rest: string) => wire.ask('POST', `${API}/runs/log-metric`, `{"run_uuid": "${id}", ${rest}}`)
    const values = ['"0.5"', 'NaN', '"NaN"', '-Infinity', '"Infinity"', '1e-3']
    for (const [step, value] of values.entries()) {
      const sent = await log(
        `"key": "a NaN", "value": ${value}, "timestamp": "${step}", "step": "-${step}", "new": [{}]`,
      )
      expect(sent).toEqual({ status: 200, body: {} })
    }
    const { body } = await wire.ask('GET', `${API}/metrics/get-history?run_id=${id}&metric_key=a%20NaN`)
    const metrics = body['metrics'] as { value: unknown; step: number; timestamp: number }[]
    expect(metrics.map(({ value }) => value)).toEqual([0.5, 'NaN', 'NaN', '-Infinity', 'Infinity', 0.001])
    expect(metrics.map(({ step }) => step)).toEqual([0, -1, -2, -3, -4, -5])
  })

  test('are found, each page leading to the next', async () => {
    const { body: made } = await wire.ask('POST', `${API}/experiments/create`, { name: 'pages' })
    for (let index = 0; index < 5; index += 1) {
      await wire.ask('POST', `${API}/runs/create`, { ...made, run_name: `r${index}`, start_time: index })
    }
    const names: string[] = []
    let page_token: unknown
    do {
      const wanted = { experiment_ids: [made['experiment_id']], max_results: '2', page_token }
      const { body } = await wire.ask('POST', `/ajax-api/2.0/mlflow/runs/search`, wanted)
      names.push(...(body['runs'] as { info: { run_name: string } }[]).map(({ info }) => info.run_name))
      page_token = body['next_page_token']
    } while (page_token !== undefined)
    expect(names).toEqual(['r4', 'r3', 'r2', 'r1', 'r0'])
    expect(await wire.ask('POST', `${API}/runs/search`, { experiment_ids: [] })).toEqual({ status: 200, body: {} })
  })

  test('keep the models that clients of MLflow 2 log', async () => {
    const id = await wire.run()
    for (const artifact_path of ['a', 'b']) {
      const model_json = JSON.stringify({ run_id: id, artifact_path, utc_time_created: '2026-11-26', flavors: {} })
      const sent = await wire.ask('POST', `${API}/runs/log-model`, { run_id: id, model_json })
      expect(sent).toEqual({ status: 200, body: {} })
    }
    const { body } = await wire.ask('GET', `${API}/runs/get?run_id=${id}`)
    const { tags } = (body['run'] as { data: { tags: { key: string; value: string }[] } }).data
    const history = tags.find(({ key }) => key === 'mlflow.log-model.history')?.value ?? ''
    expect(JSON.parse(history)).toMatchObject([{ artifact_path: 'a' }, { artifact_path: 'b' }])
    const bare = { run_id: id, model_json: '{"run_id": "x"}' }
    expect(await wire.ask('POST', `${API}/runs/log-model`, bare)).toMatchObject({ status: 400 })
  })
})

describe('experiments', () => {
  test('are searched by POST and by GET, with a query or a body', async () => {
    await wire.ask('POST', `${API}/experiments/create`, { name: 'ways', tags: [{ key: 'team', value: 'x' }] })
    const filter = "name = 'ways'"
    const query = new URLSearchParams({ max_results: '1', filter, view_type: 'ALL' })
    query.append('order_by', 'name ASC')
    query.append('order_by', 'experiment_id')
    const answers = [
      await wire.ask('POST', `${API}/experiments/search`, { max_results: 1, filter, view_type: 3 }),
      await wire.ask('GET', `${API}/experiments/search?${query.toString()}`),
    ]
    for (const { body } of answers) {
      expect(body).toMatchObject({ experiments: [{ name: 'ways', tags: [{ key: 'team', value: 'x' }] }] })
    }
    const { body: both } = await wire.ask('GET', `${API}/experiments/get-by-name?experiment_name=ways`)
    expect(both).toMatchObject({ experiment: { lifecycle_stage: 'active' } })
  })

  test('name the datasets of their runs, also at the address that lacks a slash', async () => {
    const id = await wire.run()
    const dataset = { name: 'wine', digest: 'd1', source_type: 'http', source: '{}' }
    const tags = [{ key: 'mlflow.data.context', value: 'training' }]
    const sent = await wire.ask('POST', `${API}/runs/log-inputs`, { run_id: id, datasets: [{ dataset, tags }] })
    expect(sent).toEqual({ status: 200, body: {} })
    for (const path of [`${API}/experiments/search-datasets`, '/api/2.0mlflow/experiments/search-datasets']) {
      const { body } = await wire.ask('POST', path, { experiment_ids: ['0'] })
      const summary = { experiment_id: '0', name: 'wine', digest: 'd1', context: 'training' }
      expect(body).toEqual({ dataset_summaries: [summary] })
    }
  })
})

test('a registered model has versions, aliases and tags, which are deleted by DELETE with a body', async () => {
  const run_id = await wire.run()
  const name = 'wine model'
  await wire.ask('POST', `${API}/registered-models/create`, { name, description: 'first' })
  const source = `mlflow-artifacts:/0/${run_id}/artifacts/model`
  const made = await wire.ask('POST', `${API}/model-versions/create`, { name, source, run_id })
  expect(made.body).toMatchObject({ model_version: { name, version: '1', current_stage: 'None', status: 'READY' } })
  await wire.ask('POST', `${API}/registered-models/alias`, { name, alias: 'best', version: '1' })
  const query = new URLSearchParams({ name, alias: 'best' })
  const found = await wire.ask('GET', `${API}/registered-models/alias?${query.toString()}`)
  expect(found.body).toMatchObject({ model_version: { version: '1', aliases: ['best'] } })
  await wire.ask('PATCH', `${API}/model-versions/update`, { name, version: 1, description: 'good' })
  const stage = { name, version: '1', stage: 'production', archive_existing_versions: 'True' }
  const moved = await wire.ask('POST', `${API}/model-versions/transition-stage`, stage)
  expect(moved.body).toMatchObject({ model_version: { current_stage: 'Production', description: 'good' } })
  expect(await wire.ask('DELETE', `${API}/registered-models/delete`, { name })).toEqual({ status: 200, body: {} })
  expect(await wire.ask('GET', `${API}/registered-models/get?${query.toString()}`)).toMatchObject({ status: 404 })
})

test('a logged model is made, finished, tagged and found', async () => {
  const made = await wire.ask('POST', `${API}/logged-models`, { experiment_id: '0', name: 'forest' })
  const { info } = made.body['model'] as { info: { model_id: string; status: string } }
  const path = `${API}/logged-models/${info.model_id}`
  const done = await wire.ask('PATCH', path, { status: 'LOGGED_MODEL_READY' })
  expect(done.body).toMatchObject({ model: { info: { status: 'LOGGED_MODEL_READY' } } })
  const key = 'a b/c'
  await wire.ask('PATCH', `${path}/tags`, { tags: [{ key, value: 'x' }] })
  await wire.ask('POST', `${path}/params`, { params: [{ key: 'depth', value: '3' }] })
  const wanted = { experiment_ids: ['0'], filter: "name = 'forest'", order_by: [{ field_name: 'creation_time' }] }
  const { body } = await wire.ask('POST', `${API}/logged-models/search`, wanted)
  expect(body).toMatchObject({
    models: [{ info: { tags: [{ key, value: 'x' }] }, data: { params: [{ key: 'depth', value: '3' }] } }],
  })
  expect(await wire.ask('DELETE', `${path}/tags/${encodeURIComponent(key)}`)).toEqual({ status: 200, body: {} })
  expect(await wire.ask('DELETE', path)).toEqual({ status: 200, body: {} })
})

test('what programs log is counted and has no line in the log, what was refused has one', async () => {
  const id = await wire.run()
  await wire.ask('POST', `${API}/runs/set-tag`, { run_id: id, key: 'k', value: 'v' })
  await wire.ask('POST', `${API}/runs/set-tag`, { run_id: 'none', key: 'k', value: 'v' })
  const lines = () => {
    const text = readFileSync(join(wire.fixture.home, 'requests.log'), 'utf8')
    return text.split('\n').filter((line) => line.includes('/runs/set-tag'))
  }
  await expect.poll(lines).toHaveLength(1)
  expect(lines()[0]).toContain('"status":404')
  const metrics = await (await wire.fixture.fetch('/metrics')).text()
  expect(metrics).toContain(`route="${API}/runs/set-tag",method="POST",status="200"} 1`)
})

test('HEAD is answered as GET is, without the body', async () => {
  const path = `${API}/experiments/get?experiment_id=0`
  const [head, get] = [await wire.fixture.fetch(path, { method: 'HEAD' }), await wire.fixture.fetch(path)]
  const body = await get.text()
  expect([head.status, await head.text()]).toEqual([200, ''])
  expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(body)))
})
