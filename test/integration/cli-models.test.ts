import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCliSandbox, type CliSandbox } from '#test/support/cli-sandbox.ts'

let cli: CliSandbox
let env: Record<string, string>
/** Ids of the tracked runs, by name. */
const runs: Record<string, string> = {}

beforeAll(async () => {
  cli = await openCliSandbox()
  env = JSON.parse((await cli.minisub('tracking', 'env', '--json')).stdout)
})
afterAll(() => cli[Symbol.asyncDispose]())

async function send(method: string, path: string, body: string): Promise<string> {
  const headers = { authorization: `Bearer ${env['MLFLOW_TRACKING_TOKEN']}`, 'content-type': 'application/json' }
  const response = await fetch(`${env['MLFLOW_TRACKING_URI']}/api/2.0/${path}`, { method, headers, body })
  const text = await response.text()
  if (!response.ok) throw new Error(text)
  return text
}
const post = (path: string, body: object) => send('POST', `mlflow/${path}`, JSON.stringify(body))

/** Tracks a run with a loss and a depth, and registers what it logged as a version of the model `wine`. */
async function track(name: string, loss: number): Promise<void> {
  const id =
    /"run_id":"([0-9a-f]{32})"/.exec(await post('runs/create', { experiment_id: '1', run_name: name }))?.[1] ?? ''
  runs[name] = id
  const metrics = [loss, loss / 10].map((value, step) => ({ key: 'loss', value, step, timestamp: step }))
  await post('runs/log-batch', { run_id: id, metrics, params: [{ key: 'depth', value: String(loss) }] })
  await send('PUT', `mlflow-artifacts/artifacts/1/${id}/artifacts/model/MLmodel`, 'flavors: {sklearn: {}}\n')
  await send('PUT', `mlflow-artifacts/artifacts/1/${id}/artifacts/model/data/model.pkl`, name)
  await post('model-versions/create', { name: 'wine', source: `runs:/${id}/model`, run_id: id })
}

const json = async (...args: string[]) => JSON.parse((await cli.minisub(...args, '--json')).stdout)

test('what is not there yet is said with what makes it', async () => {
  const said = await Promise.all(
    ['models', 'runs --tracked', 'experiments list --deleted', 'runs --deleted'].map((it) =>
      cli.minisub(...it.split(' ')),
    ),
  )
  expect(said.map(({ code }) => code)).toEqual([0, 0, 0, 0])
  expect(said.map(({ stdout }) => stdout)).toEqual([
    expect.stringContaining('registered_model_name'),
    expect.stringContaining('minisub tracking env'),
    'the trash has no experiments\n',
    'the trash has no runs\n',
  ])
  await post('experiments/create', { name: 'wine' })
  await post('registered-models/create', { name: 'wine' })
  await track('first', 4)
  await track('second', 2)
})

describe('runs', () => {
  test('take the filter language, an order and columns', async () => {
    const filter = ['runs', '--experiment', 'wine', '--filter', 'metrics.loss@min < 0.5 OR params.depth IS NULL']
    const found = await json(...filter, '--order-by', 'metrics.loss ASC', '--columns', 'metrics.loss@max,params.depth')
    expect(found.runs.map(({ name, metrics, params }: Record<string, unknown>) => [name, metrics, params])).toEqual([
      ['second', { 'loss@max': 2 }, { depth: '2' }],
      ['first', { 'loss@max': 4 }, { depth: '4' }],
    ])
    const { stdout } = await cli.minisub('runs', '--experiment', '1', '--filter', 'metrics.loss@max > 3')
    expect(stdout.split('\n')[0]).toMatch(/^RUN +NAME +EXPERIMENT +STATUS +TIME +STARTED +loss +depth$/)
    expect(stdout.split('\n')[1]).toMatch(/^[0-9a-f]{32} +first +wine +RUNNING +.* 0\.4 +4$/)
    expect((await cli.minisub('runs', '--filter', 'metrics.loss > 99')).stdout).toBe('no tracked runs fit the filter\n')
  })

  test('of pipelines are listed as before', async () => {
    expect(await json('runs')).toEqual({ runs: [] })
    expect((await cli.minisub('runs')).stdout).toBe('no runs\n')
  })

  test.each([
    [['--filter', 'metrics.loss <'], 'filter'],
    [['--filter', 'loss < 1'], 'attribute'],
    [['--experiment', 'nothing'], 'nothing'],
    [['--columns', 'loss'], 'write metrics.loss'],
    [['--tracked', '--status', 'failed'], "attributes.status = 'FAILED'"],
    [['--tracked', '--limit', '0'], '--limit'],
  ])('are not listed with %j', async (args, words) => {
    const { code, stderr } = await cli.minisub('runs', ...args)
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)])
  })

  test('are compared by beginnings of their ids', async () => {
    const ids = [runs['first'] ?? '', runs['second'] ?? ''].map((id) => id.slice(0, 10))
    const { stdout } = await cli.minisub('tracking', 'compare', ...ids)
    expect(stdout).toMatch(/^ +first +second\n/)
    expect(stdout).toMatch(/parameters\n {2}depth +4 +2\n/)
    expect(stdout).toMatch(/loss +0\.4 \(0\.4 to 4\) +0\.2 \(0\.2 to 2\)\n/)
    const view = await json('tracking', 'compare', ...ids)
    expect(view.params).toEqual([{ key: 'depth', values: ['4', '2'], differs: true }])
    const faults = [['0000'], ['0000', '1111'], [ids[0] ?? '', 'x y']].map((it) =>
      cli.minisub('tracking', 'compare', ...it),
    )
    expect((await Promise.all(faults)).map(({ code }) => code)).toEqual([2, 2, 2])
  })
})

test('an experiment is shown, renamed, deleted with its runs, and restored', async () => {
  expect(await json('experiments', 'show', 'wine')).toMatchObject({ id: '1', runs: 2, stage: 'active' })
  await cli.minisub('experiments', 'rename', 'wine', 'wine 2026')
  const { stdout } = await cli.minisub('experiments', 'delete', 'wine 2026')
  expect(stdout).toBe('wine 2026 with 2 runs is in the trash: take it out with `minisub experiments restore 1`\n')
  expect((await json('experiments')).experiments.map(({ name }: { name: string }) => name)).toEqual(['Default'])
  expect((await json('runs', '--deleted')).runs).toHaveLength(2)
  expect((await cli.minisub('experiments', 'list', '--deleted')).stdout).toMatch(/\n1 +wine 2026 +-/)
  expect((await cli.minisub('experiments', 'restore', '1')).stdout).toBe('wine 2026 is back with 2 runs\n')
  expect((await json('experiments', 'list', '--search', '2026')).experiments).toHaveLength(1)
  expect((await cli.minisub('experiments', 'show', 'wine')).code).toBe(2)
})

test('a model is shown with its versions, and an alias goes from one to another', async () => {
  expect((await cli.minisub('models', 'alias', 'wine', 'champion', '1')).stdout).toBe(
    '@champion of wine means version 1\n',
  )
  const moved = await cli.minisub('models', 'alias', 'wine', '@champion', 'latest')
  expect(moved.stdout).toBe('@champion of wine means version 2, not 1 any more\n')
  expect((await cli.minisub('models', 'list')).stdout).toMatch(/\nwine +2 +2 +@champion=2 +/)
  expect((await cli.minisub('models', 'show', 'wine')).stdout).toMatch(/\n2 +@champion +- +.*\n1 +- +- +/)
  const shown = await cli.minisub('models', 'show', 'wine', '@champion')
  expect(shown.stdout).toContain(`second (${runs['second']})`)
  expect(await json('models', 'show', 'wine', '1')).toMatchObject({ version: 1, files: 2, flavors: { sklearn: {} } })
  const wrong = [
    ['alias', 'wine', 'best'],
    ['alias', 'wine', 'a b', '1'],
    ['show', 'wine', '@best'],
    ['show', 'beer'],
  ]
  for (const args of wrong) expect((await cli.minisub('models', ...args)).code).toBe(2)
})

test('a version is downloaded whole, and overwrites nothing unless it is forced', async () => {
  const folder = join(cli.folder, 'model')
  const args = ['models', 'download', 'wine', '@champion', '--to', 'model']
  const saved = await json(...args)
  expect(saved).toEqual({ model: 'wine', version: 2, folder, bytes: 29, files: ['MLmodel', 'data/model.pkl'] })
  expect(readFileSync(join(folder, 'data/model.pkl'), 'utf8')).toBe('second')
  writeFileSync(join(folder, 'mine'), 'mine')
  const refused = await cli.minisub(...args)
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--force')])
  const forced = await cli.minisub('models', 'download', 'wine', '1', '--to', 'model', '--force')
  expect([forced.code, forced.stdout]).toEqual([0, 'saved 2 files to model\n'])
  expect([readFileSync(join(folder, 'data/model.pkl'), 'utf8'), existsSync(join(folder, 'mine'))]).toEqual([
    'first',
    false,
  ])
  mkdirSync(join(cli.folder, 'empty'))
  expect((await cli.minisub('models', 'download', 'wine', '1', '--to', 'empty')).code).toBe(0)
})

test('a deletion asks, since there is no trash for models', async () => {
  const refused = await cli.minisub('models', 'delete', 'wine', '1')
  expect([refused.code, refused.stderr]).toEqual([2, 'error: there is no terminal to ask on: add --yes\n'])
  expect(await json('models', 'delete', 'wine', '1', '--yes')).toEqual({ deleted: { model: 'wine', version: 1 } })
  expect((await cli.minisub('models', 'alias', 'wine', 'champion', '--delete')).stdout).toBe(
    'deleted @champion of wine\n',
  )
  const whole = await cli.minisub('models', 'delete', 'wine', '--yes')
  expect(whole.stdout).toBe('deleted the model wine with 1 version; runs and their files stay\n')
  expect(await json('models')).toEqual({ models: [] })
})
