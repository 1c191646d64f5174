import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openWorkbench, type Workbench } from '#core/workbench.ts'
import { writePipeline } from './run-tracking-fixture.ts'
import { openStepTokens } from './step-tokens.ts'
import { trackedStepId } from './tracked-id.ts'

let root: string
let home: string
let core: Workbench
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'minisub-step-programs-'))
  home = join(root, 'home')
  core = await openWorkbench({ home })
})
afterEach(async () => {
  await core.close()
  rmSync(root, { recursive: true, force: true })
})

/** As a client of MLflow does it, with the variables alone. */
const PROGRAM = `
const { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: token, MLFLOW_RUN_ID: run_id, MLFLOW_EXPERIMENT_ID: id } = process.env
const send = async (method, path, body) => {
  const headers = { authorization: 'Bearer ' + token, 'content-type': 'application/json' }
  const sent = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await fetch(uri + path, { method, headers, body: sent })
  if (!answer.ok) throw new Error(path + ': ' + await answer.text())
  return answer.json()
}
const api = '/api/2.0/mlflow'
await send('POST', api + '/runs/log-metric', { run_id, key: 'loss', value: 0.5, timestamp: Date.now(), step: 1 })
await send('POST', api + '/runs/log-parameter', { run_id, key: 'depth', value: '3' })
const { run } = await send('POST', api + '/runs/create', { experiment_id: id, run_name: 'fold' })
await send('POST', api + '/runs/set-tag', { run_id: run.info.run_id, key: 'fold', value: '1' })
await send('PUT', '/api/2.0/mlflow-artifacts/artifacts/' + id + '/' + run_id + '/artifacts/report.txt', 'a report')
`

type Ask = (path: string, init?: RequestInit) => Promise<Response>
const ask: Ask = async (path, init = {}) => {
  const headers = new Headers(init.headers)
  if (!headers.has('authorization'))
    headers.set('authorization', `Bearer ${readFileSync(join(home, 'token'), 'utf8').trim()}`)
  return fetch(core.url + path, { ...init, headers })
}
const json = async (path: string, init?: RequestInit) => (await (await ask(path, init)).json()) as Record<string, never>

async function start(file: string): Promise<string> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ file }) }
  return (await json('/api/v1/runs', init))['id'] as unknown as string
}

const statusOf = async (id: string): Promise<string> =>
  (await json(`/api/v1/runs/${id}`))['status'] as unknown as string

type Tracked = {
  info: { status: string; run_name: string; experiment_id: string }
  data: Record<'metrics' | 'params' | 'tags', { key: string; value: unknown }[] | undefined>
}
async function tracked(id: string): Promise<Tracked | undefined> {
  const answer = (await json(`/api/2.0/mlflow/runs/get?run_id=${id}`)) as { run?: Tracked }
  return answer.run
}

test('a program logs by the variables of its step, from its first moment on', async () => {
  const file = writePipeline(root, 'programs', {
    steps: { log: { command: ['node', 'log.mjs'], env: { NODE_NO_WARNINGS: '1' } } },
  })
  writeFileSync(join(root, 'code', 'log.mjs'), PROGRAM)
  const id = await start(file)
  await expect.poll(() => statusOf(id), { timeout: 10_000 }).toBe('succeeded')
  const step = trackedStepId({ run: id, step: 'log', item: null })
  await expect.poll(async () => (await tracked(step))?.info.status).toBe('FINISHED')
  const run = await tracked(step)
  expect(run?.data.metrics?.map(({ key }) => key)).toContain('loss')
  expect(run?.data.params).toEqual([{ key: 'depth', value: '3' }])
  const body = JSON.stringify({ experiment_ids: [run?.info.experiment_id], filter: "attributes.run_name = 'fold'" })
  const found = await json('/api/2.0/mlflow/runs/search', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  const [fold] = found['runs'] as unknown as Tracked[]
  expect(fold?.info.status).toBe('FINISHED')
  expect(fold?.data.tags).toContainEqual({ key: 'mlflow.parentRunId', value: step })
  expect(await (await ask(`/get-artifact?run_id=${step}&path=report.txt`)).text()).toBe('a report')
})

test('a step that names a tracking server itself is given none, and no key depends on it', async () => {
  const command = ['sh', '-c', 'env | grep ^MLFLOW > "$MINISUB_OUTPUTS/env"']
  const outputs = { env: { type: 'string' } }
  const own = writePipeline(root, 'own', {
    steps: { show: { command, outputs, env: { MLFLOW_TRACKING_URI: 'http://elsewhere' } } },
  })
  const id = await start(own)
  await expect.poll(() => statusOf(id), { timeout: 10_000 }).toBe('succeeded')
  expect(await outputText(id)).toBe('MLFLOW_TRACKING_URI=http://elsewhere')
  const given = writePipeline(root, 'given', { steps: { show: { command, outputs } } })
  const first = await start(given)
  await expect.poll(() => statusOf(first), { timeout: 10_000 }).toBe('succeeded')
  const second = await start(given)
  await expect.poll(() => statusOf(second)).toBe('succeeded')
  const view = (await json(`/api/v1/runs/${second}`)) as unknown as View
  expect(view.steps.map(({ status }) => status)).toEqual(['cached'])
  const text = await outputText(first)
  expect(text).toContain(`MLFLOW_TRACKING_URI=${core.url}`)
  expect(text).toContain(`MLFLOW_RUN_ID=${trackedStepId({ run: first, step: 'show', item: null })}`)
})

type View = { steps: { status: string; outputs: { env: string } }[] }
async function outputText(run: string): Promise<string> {
  const view = (await json(`/api/v1/runs/${run}`)) as unknown as View
  return view.steps[0]?.outputs.env ?? ''
}

test('the token of a step is refused by every other route', async () => {
  const token = openStepTokens(home).tokenOf({ run: 'x', id: trackedStepId({ run: 'x', step: 'y', item: null }) })
  const headers = { authorization: `Bearer ${token}` }
  for (const path of ['/api/v1/runs', '/api/v1/secrets', '/api/v1/access', '/metrics', '/api/v1/openapi.json']) {
    expect([path, (await ask(path, { headers })).status]).toEqual([path, 403])
  }
  expect((await ask('/api/2.0/mlflow/experiments/search', { headers })).status).toBe(403)
})
