import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { API, openWire, type Wire } from '#core/mlflow/wire-fixture.ts'
import { openStepTokens } from './step-tokens.ts'
import { trackedStepId } from './tracked-id.ts'

const OWN = trackedStepId({ run: '01run', step: 'train', item: null })
const STEP = { run: '01run', id: OWN }
const FILES = '/api/2.0/mlflow-artifacts/artifacts'

let wire: Wire
let ask: Wire['ask']
let [experiment, other, foreign, sibling] = ['', '', '', '']

beforeAll(async () => {
  wire = await openWire()
  const { tracking, home } = wire.fixture
  experiment = (await tracking.writes.createExperiment({ name: 'wine' })).id
  other = (await tracking.writes.createExperiment({ name: 'other' })).id
  const tags = [
    { key: 'minisub.run', value: '01run' },
    { key: 'minisub.item_values', value: '{"rate":0.00001,"n":2}' },
  ]
  await tracking.writes.createRun({ id: OWN, experimentId: experiment, tags })
  await tracking.writes.log(OWN, {
    params: [
      { key: 'rate', value: '0.00001' },
      { key: 'n', value: '2' },
    ],
  })
  foreign = (await tracking.writes.createRun({ experimentId: other })).info.id
  sibling = (await tracking.writes.createRun({ experimentId: experiment })).info.id
  ask = wire.askWith({ authorization: `Bearer ${openStepTokens(home).tokenOf(STEP)}` })
})
afterAll(async () => wire[Symbol.asyncDispose]())

const post = (path: string, body: object) => ask('POST', `${API}${path}`, body)
const point = { key: 'loss', value: 1, timestamp: 1 }

test('the key of the tokens is made once, for its owner alone', () => {
  const home = mkdtempSync(join(tmpdir(), 'minisub-step-tokens-'))
  const token = openStepTokens(home).tokenOf(STEP)
  expect(token).toMatch(new RegExp(`^step-01run-${OWN}-[0-9a-f]{64}$`))
  expect(openStepTokens(home).stepOf(token)).toEqual(STEP)
  expect(statSync(join(home, 'step-token-key')).mode & 0o777).toBe(0o600)
  const wrong = [
    '',
    'step-',
    `${token}0`,
    token.slice(0, -1),
    token.replace(OWN, '0'.repeat(32)),
    token.replace('01run', '02run'),
    token.toUpperCase(),
  ]
  for (const text of wrong) expect([text, openStepTokens(home).stepOf(text)]).toEqual([text, undefined])
  expect(readFileSync(join(home, 'step-token-key'), 'utf8')).not.toContain(token.split('-')[3])
  writeFileSync(join(home, 'step-token-key'), 'short')
  expect(() => openStepTokens(home)).toThrow('is not a key')
  rmSync(home, { recursive: true })
})

test('a step logs into its own run, makes runs within it and logs models of both', async () => {
  expect((await post('/runs/log-metric', { run_id: OWN, ...point })).status).toBe(200)
  const batch = { run_id: OWN, metrics: [point], params: [{ key: 'p', value: '1' }], tags: [{ key: 't', value: '1' }] }
  expect((await post('/runs/log-batch', batch)).status).toBe(200)
  const made = await post('/runs/create', { experiment_id: experiment, run_id: sibling })
  const { info, data } = (made.body as { run: { info: { run_id: string }; data: { tags: object[] } } }).run
  expect(info.run_id).not.toBe(sibling)
  expect(data.tags).toContainEqual({ key: 'mlflow.parentRunId', value: OWN })
  expect((await post('/runs/log-metric', { run_id: info.run_id, ...point })).status).toBe(200)
  const deeper = [{ key: 'mlflow.parentRunId', value: info.run_id }]
  expect((await post('/runs/create', { experiment_id: experiment, tags: deeper })).status).toBe(200)
  const model = (await post('/logged-models', { experiment_id: experiment, name: 'm' })).body as {
    model: { info: { model_id: string; source_run_id: string; artifact_uri: string } }
  }
  const { model_id: id, source_run_id: source, artifact_uri: uri } = model.model.info
  expect(source).toBe(OWN)
  const done = await ask('PATCH', `${API}/logged-models/${id}`, { model_id: id, status: 'LOGGED_MODEL_READY' })
  expect(done.status).toBe(200)
  const file = `${FILES}/${uri.replace('mlflow-artifacts:/', '')}/MLmodel`
  expect((await ask('PUT', file, 'flavors: {}')).status).toBe(200)
  expect((await ask('PUT', `${FILES}/${experiment}/${OWN}/artifacts/a/b.txt`, 'text')).status).toBe(200)
  expect((await ask('GET', `${API}/artifacts/list?run_id=${OWN}&path=a`)).body).toMatchObject({
    files: [{ path: 'a/b.txt' }],
  })
})

test('a parameter that the core made of an item gives way to what the program says, once', async () => {
  expect((await post('/runs/log-parameter', { run_id: OWN, key: 'rate', value: '1e-05' })).status).toBe(200)
  expect((await post('/runs/log-parameter', { run_id: OWN, key: 'rate', value: '0.1' })).status).toBe(400)
  expect((await post('/runs/log-parameter', { run_id: OWN, key: 'n', value: '2' })).status).toBe(200)
  const run = (await ask('GET', `${API}/runs/get?run_id=${OWN}`)).body as { run: { data: { params: object[] } } }
  expect(run.run.data.params).toContainEqual({ key: 'rate', value: '1e-05' })
})

test('a step reads its own experiment and the registry', async () => {
  const { fixture } = wire
  await fixture.fetch(`${API}/registered-models/create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'shared' }),
  })
  const source = `mlflow-artifacts:/${other}/${foreign}/artifacts/model`
  await fixture.fetch(`${FILES}/${other}/${foreign}/artifacts/model/MLmodel`, { method: 'PUT', body: 'x' })
  await fixture.fetch(`${API}/model-versions/create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'shared', source, run_id: foreign }),
  })
  const reads = [
    `${API}/experiments/get?experiment_id=${experiment}`,
    `${API}/experiments/get-by-name?experiment_name=wine`,
    `${API}/runs/get?run_id=${sibling}`,
    `${API}/metrics/get-history?run_id=${OWN}&metric_key=loss`,
    `${API}/registered-models/get?name=shared`,
    `${API}/model-versions/get-download-uri?name=shared&version=1`,
    `${FILES}?path=${other}/${foreign}/artifacts/model`,
  ]
  for (const path of reads) expect([path, (await ask('GET', path)).status]).toEqual([path, 200])
  const search = await post('/runs/search', { experiment_ids: [experiment] })
  expect(search.status).toBe(200)
  const token = openStepTokens(fixture.home).tokenOf(STEP)
  const headers = { authorization: `Bearer ${token}` }
  const bytes = await fixture.fetch(`${FILES}/${other}/${foreign}/artifacts/model/MLmodel`, { headers })
  expect([bytes.status, await bytes.text()]).toEqual([200, 'x'])
})

describe('a step is refused in words', () => {
  const refused: readonly [method: string, path: string, body: () => object | undefined, words: string][] = [
    ['POST', `${API}/runs/log-metric`, () => ({ run_id: sibling, ...point }), 'its own run'],
    ['POST', `${API}/runs/log-batch`, () => ({ run_id: foreign, metrics: [point] }), 'its own run'],
    ['POST', `${API}/runs/update`, () => ({ run_id: sibling, status: 'FAILED' }), 'its own run'],
    ['POST', `${API}/runs/delete`, () => ({ run_id: OWN }), 'leave its own'],
    ['POST', `${API}/runs/create`, () => ({ experiment_id: other }), 'experiment of its pipeline'],
    ['POST', `${API}/runs/create`, () => ({ experiment_id: '0' }), 'experiment of its pipeline'],
    [
      'POST',
      `${API}/runs/create`,
      () => ({ experiment_id: experiment, tags: [{ key: 'mlflow.parentRunId', value: sibling }] }),
      'nested in its own',
    ],
    [
      'POST',
      `${API}/runs/create`,
      () => ({
        experiment_id: experiment,
        tags: [OWN, sibling].map((value) => ({ key: 'mlflow.parentRunId', value })),
      }),
      'nested in its own',
    ],
    ['POST', `${API}/runs/set-tag`, () => ({ run_id: OWN, key: 'mlflow.parentRunId', value: sibling }), 'nested in'],
    ['POST', `${API}/runs/delete-tag`, () => ({ run_id: OWN, key: 'mlflow.parentRunId' }), 'nested in'],
    ['POST', `${API}/runs/set-tag`, () => ({ run_id: OWN, key: 'minisub.run', value: '03run' }), 'are the core'],
    ['POST', `${API}/runs/delete-tag`, () => ({ run_id: OWN, key: 'minisub.run' }), 'are the core'],
    [
      'POST',
      `${API}/runs/log-batch`,
      () => ({ run_id: OWN, tags: [{ key: 'minisub.code_digest', value: 'f' }] }),
      'are the core',
    ],
    ['POST', `${API}/runs/search`, () => ({ experiment_ids: [experiment, other] }), 'its own experiment'],
    ['POST', `${API}/runs/search`, () => ({}), 'its own experiment'],
    ['POST', `${API}/experiments/create`, () => ({ name: 'new' }), 'experiment of its pipeline'],
    ['POST', `${API}/experiments/delete`, () => ({ experiment_id: experiment }), 'changes none'],
    ['POST', `${API}/registered-models/create`, () => ({ name: 'm' }), 'use a `register` step'],
    ['POST', `${API}/model-versions/create`, () => ({ name: 'm', source: 's' }), 'use a `register` step'],
    ['POST', `${API}/registered-models/alias`, () => ({ name: 'm', alias: 'a', version: '1' }), '`register` step'],
    ['POST', `${API}/logged-models`, () => ({ experiment_id: experiment, source_run_id: sibling }), 'its own run'],
    ['POST', `/api/3.0/mlflow/traces/delete-traces`, () => ({ experiment_id: experiment }), 'deletes no traces'],
  ]
  test.each(refused)('%s %s', async (method, path, body, words) => {
    const answer = await ask(method, path, body())
    expect([answer.status, answer.body['error_code']]).toEqual([403, 'PERMISSION_DENIED'])
    expect(answer.body['message']).toContain(words)
  })
  test('for what it may not read, and files that are not its own', async () => {
    const paths: [string, string][] = [
      ['GET', `${API}/runs/get?run_id=${foreign}`],
      ['GET', `${API}/experiments/get?experiment_id=${other}`],
      ['GET', `${API}/experiments/get-by-name?experiment_name=other`],
      ['GET', `${API}/metrics/get-history-bulk?run_id=${OWN}&run_id=${foreign}&metric_key=loss`],
      ['GET', `${FILES}?path=`],
      ['GET', `${FILES}/${other}/${foreign}/artifacts/secret.txt`],
      ['PUT', `${FILES}/${experiment}/${sibling}/artifacts/a.txt`],
      ['PUT', `${FILES}/${experiment}/${OWN}/..%2F${sibling}/artifacts/a.txt`],
      ['PUT', `${FILES}/${experiment}/x/${OWN}/a.txt`],
      ['PUT', `${FILES}/${OWN}/artifacts/a.txt`],
      ['DELETE', `${FILES}/${experiment}/${OWN}x/artifacts`],
      ['DELETE', `${FILES}/${experiment}`],
    ]
    for (const [method, path] of paths) {
      const answer = await ask(method, path)
      expect([method, path, answer.status]).toEqual([method, path, path.includes('..') ? 400 : 403])
    }
  })
  test('once its pipeline run is over', async () => {
    const { tracking, home } = wire.fixture
    const id = trackedStepId({ run: '02run', step: 'train', item: null })
    await tracking.writes.createRun({ id, experimentId: experiment })
    const late = wire.askWith({ authorization: `Bearer ${openStepTokens(home).tokenOf({ run: '02run', id })}` })
    expect((await late('POST', `${API}/runs/log-metric`, { run_id: id, ...point })).status).toBe(200)
    tracking.db.prepare("INSERT INTO pipeline_runs VALUES ('02run', 9, 1)").run()
    expect((await late('POST', `${API}/runs/log-metric`, { run_id: id, ...point })).status).toBe(403)
  })
})
