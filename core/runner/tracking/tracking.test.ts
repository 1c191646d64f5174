import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readTrackingLine, type RunnerTracking } from '#core/attempts/index.ts'
import { runnerSpec, runUnder, startRunner, type HostRunner } from '#test/support/runner.ts'
import { bundleRunner } from '../../../scripts/build/bundle-runner.ts'

const OWN = 'a'.repeat(32)
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'minisub-runner-tracking-'))
  await bundleRunner()
})
afterAll(() => rmSync(folder, { recursive: true }))

const trackingIn = (name: string): RunnerTracking => {
  return { run: OWN, experiment: '7', runName: 'train', experimentName: 'digits', folder: join(folder, name) }
}

type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> }
type Step = {
  readonly runner: HostRunner
  readonly url: string
  readonly token: string
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
}

/** A step that only waits: what it would call is called from here. */
async function startStep(name: string): Promise<Step> {
  const script = 'echo "$MLFLOW_TRACKING_URI $MLFLOW_TRACKING_TOKEN"; exec sleep 600'
  const runner = startRunner(runnerSpec(['sh', '-c', script], { tracking: trackingIn(name) }))
  const first = await new Promise<string>((resolve) => {
    let text = ''
    const take = (piece: Buffer): void => {
      text += piece.toString()
      const found = /^o\S+ (http\S+ \S+)$/m.exec(text)?.[1]
      if (found === undefined) return
      runner.printed.off('data', take)
      resolve(found)
    }
    runner.printed.on('data', take)
  })
  const [url = '', token = ''] = first.split(' ')
  return {
    runner,
    url,
    token,
    async call(method, path, body, headers = {}) {
      const own = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
      const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
      const answer = await fetch(`${url}${path}`, { method, headers: { ...own, ...headers }, ...sent })
      const text = await answer.text()
      return { status: answer.status, body: text.startsWith('{') ? (JSON.parse(text) as Answer['body']) : { text } }
    },
  }
}

const API = '/api/2.0/mlflow'
const kept = (name: string) =>
  readFileSync(join(folder, name, 'lines.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((text) => readTrackingLine(text))

describe('a step that tracks', () => {
  let step: Step
  beforeAll(async () => void (step = await startStep('live')))
  afterAll(async () => {
    step.runner.child.kill('SIGKILL')
    await new Promise((resolve) => step.runner.child.once('close', resolve))
  })
  const post = (path: string, body: unknown) => step.call('POST', `${API}/${path}`, body)

  test('is answered under both prefixes, with its own run, and told a version without a token', async () => {
    const version = await fetch(`${step.url}/version`)
    expect([version.status, await version.text()]).toEqual([200, '3.3.2'])
    for (const prefix of ['/api/2.0', '/ajax-api/2.0']) {
      const { body } = await step.call('GET', `${prefix}/mlflow/runs/get?run_id=${OWN}`)
      expect(body).toMatchObject({ run: { info: { run_id: OWN, run_name: 'train', experiment_id: '7' } } })
    }
    const byName = await step.call('GET', `${API}/experiments/get-by-name?experiment_name=digits`)
    expect(byName.body).toMatchObject({ experiment: { experiment_id: '7' } })
  })

  test.each([
    ['none', {}],
    ['a wrong token', { Authorization: 'Bearer wrong' }],
    ['a wrong password', { Authorization: `Basic ${Buffer.from('me:wrong').toString('base64')}` }],
  ])('is not answered who comes with %s', async (_, headers) => {
    const answer = await fetch(`${step.url}${API}/runs/get?run_id=${OWN}`, { headers })
    expect([answer.status, await answer.json()]).toMatchObject([401, { error_code: 'UNAUTHENTICATED' }])
  })

  test('may give its token as the password of Basic', async () => {
    const Authorization = `Basic ${Buffer.from(`me:${step.token}`).toString('base64')}`
    const { status } = await step.call('GET', `${API}/runs/get?run_id=${OWN}`, undefined, { Authorization })
    expect(status).toBe(200)
  })

  const metric = { run_id: OWN, key: 'a', value: 1, timestamp: 1 }
  test.each<[string, string, string, unknown, number, string]>([
    [
      'a key that leads elsewhere',
      'POST',
      'runs/log-metric',
      { ...metric, key: '../a' },
      400,
      'INVALID_PARAMETER_VALUE',
    ],
    ['a value that is no number', 'POST', 'runs/log-metric', { ...metric, value: 'x' }, 400, 'INVALID_PARAMETER_VALUE'],
    ['a time before 1970', 'POST', 'runs/log-metric', { ...metric, timestamp: -1 }, 400, 'INVALID_PARAMETER_VALUE'],
    ['no JSON', 'POST', 'runs/log-metric', '{', 400, 'BAD_REQUEST'],
    [
      'too many points',
      'POST',
      'runs/log-batch',
      { run_id: OWN, metrics: Array.from({ length: 1_001 }, () => metric) },
      400,
      'INVALID_PARAMETER_VALUE',
    ],
    [
      'a call that is too long',
      'POST',
      'runs/log-batch',
      { run_id: OWN, tags: Array.from({ length: 100 }, (_, i) => ({ key: `t${i}`, value: 'é'.repeat(2_000) })) },
      400,
      'BAD_REQUEST',
    ],
    [
      'a body that is too long',
      'POST',
      'runs/set-tag',
      { run_id: OWN, key: 'k', value: 'x'.repeat(3_000_000) },
      400,
      'BAD_REQUEST',
    ],
    ['another run', 'POST', 'runs/log-metric', { ...metric, run_id: 'b'.repeat(32) }, 501, 'NOT_IMPLEMENTED'],
    [
      'a tag that is not there',
      'POST',
      'runs/delete-tag',
      { run_id: OWN, key: 'none' },
      404,
      'RESOURCE_DOES_NOT_EXIST',
    ],
    ['a run in another experiment', 'POST', 'runs/create', { experiment_id: '8' }, 501, 'NOT_IMPLEMENTED'],
    ['a new experiment', 'POST', 'experiments/create', { name: 'x' }, 501, 'NOT_IMPLEMENTED'],
    ['another experiment', 'GET', 'experiments/get-by-name?experiment_name=x', undefined, 501, 'NOT_IMPLEMENTED'],
    ['a search', 'POST', 'runs/search', { experiment_ids: ['7'] }, 501, 'NOT_IMPLEMENTED'],
    ['the registry', 'POST', 'registered-models/create', { name: 'm' }, 501, 'NOT_IMPLEMENTED'],
    ['a version', 'GET', 'model-versions/get?name=m&version=1', undefined, 501, 'NOT_IMPLEMENTED'],
    ['a model of others', 'GET', `logged-models/m-${'0'.repeat(32)}`, undefined, 501, 'NOT_IMPLEMENTED'],
    [
      'a model with a bad name',
      'POST',
      'logged-models',
      { experiment_id: '7', name: 'a/b' },
      400,
      'INVALID_PARAMETER_VALUE',
    ],
    ['what does not exist', 'GET', 'nothing', undefined, 404, 'ENDPOINT_NOT_FOUND'],
  ])('is refused %s', async (_, method, path, body, status, error_code) => {
    const answer = await step.call(method, `${API}/${path}`, body)
    expect(answer).toMatchObject({ status, body: { error_code } })
    expect(answer.body['message']).toEqual(expect.stringMatching(/\w+ \w+/))
  })

  test.each([
    '../x',
    `8/${OWN}/artifacts/x`,
    `7/${'b'.repeat(32)}/artifacts/x`,
    `7/${OWN}/x`,
    '%2e%2e/x',
    '7/models/x/artifacts/a',
  ])('can neither write nor read the file %s', async (path) => {
    const at = `/api/2.0/mlflow-artifacts/artifacts/${path.replaceAll('../', '%2e%2e%2f')}`
    for (const method of ['PUT', 'GET', 'DELETE']) {
      const { status } = await step.call(method, at, method === 'PUT' ? 'x' : undefined)
      expect([400, 404, 501]).toContain(status)
    }
  })

  test('sets a parameter once, and finds what it has logged', async () => {
    expect((await post('runs/log-parameter', { run_id: OWN, key: 'p', value: '1' })).status).toBe(200)
    expect((await post('runs/log-parameter', { run_id: OWN, key: 'p', value: '1' })).status).toBe(200)
    const other = await post('runs/log-parameter', { run_id: OWN, key: 'p', value: '2' })
    expect(other.body['message']).toMatch(/^Changing param values is not allowed/)
    for (const [value, at] of [
      [3, 1],
      [1, 2],
      [2, 1],
    ] as const) {
      await post('runs/log-metric', { run_id: OWN, key: 'found', value, timestamp: 5, step: at })
    }
    const { body } = await step.call('GET', `${API}/metrics/get-history?run_id=${OWN}&metric_key=found`)
    expect(body['metrics']).toMatchObject([{ value: 2 }, { value: 3 }, { value: 1 }])
    const { run } = (await step.call('GET', `${API}/runs/get?run_id=${OWN}`)).body as { run: { data: object } }
    expect(run.data).toMatchObject({ params: [{ key: 'p', value: '1' }], metrics: [{ key: 'found', value: 1 }] })
  })
})

test('a step that is killed has lost nothing that is older than a moment, and no file that came whole', async () => {
  const step = await startStep('killed')
  await step.call('POST', `${API}/runs/log-metric`, { run_id: OWN, key: 'a', value: 'Infinity', timestamp: 1 })
  await step.call('PUT', `/api/2.0/mlflow-artifacts/artifacts/7/${OWN}/artifacts/f`, 'content')
  await expect.poll(() => readFileSync(join(folder, 'killed', 'lines.jsonl'), 'utf8')).toContain('Infinity')
  step.runner.child.kill('SIGKILL')
  expect(kept('killed').map((line) => [line?.n, line?.path])).toEqual([[1, 'runs/log-batch']])
  expect(readFileSync(join(folder, 'killed', 'artifacts.jsonl'), 'utf8')).toContain(`artifacts/7/${OWN}/artifacts/f`)
})

test('a step that tracks nothing leaves nothing, and one without tracking has no variables of it', async () => {
  const { records } = await runUnder(['true'], { tracking: trackingIn('none') })
  expect(records.map(({ kind }) => kind)).toEqual(['s', 'x'])
  expect(() => readFileSync(join(folder, 'none', 'lines.jsonl'))).toThrow('ENOENT')
  expect((await runUnder(['sh', '-c', 'echo "[$MLFLOW_RUN_ID]"'])).stdout).toEqual(['[]'])
})

test('a proxy of the image or the step is not used for the server beside it', async () => {
  const show = ['sh', '-c', 'echo "$NO_PROXY $no_proxy"']
  const env = { HTTP_PROXY: 'http://proxy:3128', no_proxy: 'inner' }
  const { stdout } = await runUnder(show, { env, tracking: trackingIn('proxy') })
  expect(stdout).toEqual(['inner,127.0.0.1 inner,127.0.0.1'])
  expect((await runUnder(show, { env })).stdout).toEqual([' inner'])
})
