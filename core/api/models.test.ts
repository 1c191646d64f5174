import { text } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { extract } from 'tar-stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient, type Client } from '#core/client/index.ts'
import { MODEL_FILES } from '#core/compare/compare-fixture.ts'
import { openServerFixture, type ServerFixture } from './server-fixture.ts'

let fixture: ServerFixture
let client: Client
const MLFLOW = '/api/2.0/mlflow'

beforeAll(async () => {
  fixture = await openServerFixture()
  client = createClient({ url: fixture.server.url, token: fixture.token })
  await client.createModel({ name: 'wine' })
  await register()
  await register()
})
afterAll(() => fixture[Symbol.asyncDispose]())

async function post(path: string, body: object): Promise<Record<string, Record<string, Record<string, string>>>> {
  const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- looked at by the test
  return (await (await fixture.fetch(`${MLFLOW}/${path}`, init)).json()) as Awaited<ReturnType<typeof post>>
}

/** Logs a model as MLflow's client does, and makes a version of it. */
async function register(): Promise<string> {
  const run = (await post('runs/create', { experiment_id: '0' }))['run']?.['info']?.['run_id'] ?? ''
  const artifacts = `/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/model`
  for (const [path, body] of Object.entries(MODEL_FILES))
    await fixture.fetch(`${artifacts}/${path}`, { method: 'PUT', body })
  await post('model-versions/create', { name: 'wine', source: `runs:/${run}/model`, run_id: run })
  return run
}

test('a model is made, described, tagged, renamed and deleted', async () => {
  const made = await client.createModel({ name: 'beer', description: 'Ales' })
  expect(made).toMatchObject({ name: 'beer', description: 'Ales', versions: 0, latest: null, aliases: [] })
  const tagged = await client.updateModel({ model: 'beer', tags: { team: 'red', old: 'x' }, description: 'Lagers' })
  expect(tagged).toMatchObject({ tags: { team: 'red', old: 'x' }, description: 'Lagers' })
  const renamed = await client.updateModel({ model: 'beer', name: 'ale', tags: { old: null } })
  expect(renamed).toMatchObject({ name: 'ale', tags: { team: 'red' } })
  const found = await client.listModels({ filter: "tags.team = 'red'" })
  expect(found.models.map(({ name }) => name)).toEqual(['ale'])
  await client.deleteModel({ model: 'ale' })
  await expect(client.showModel({ model: 'ale' })).rejects.toMatchObject({ code: 'not_found' })
})

test('a change is done whole or not at all', async () => {
  const change = { model: 'wine', description: 'not kept', tags: { kept: 'no' } }
  await expect(client.updateModel({ ...change, name: 'a/b' })).rejects.toMatchObject({ code: 'tracking_invalid' })
  expect(await client.showModel({ model: 'wine' })).toMatchObject({ description: '', tags: {} })
  const wrong = { model: 'wine', version: '1', description: 'not kept', tags: { ['k'.repeat(300)]: 'long' } }
  await expect(client.updateModelVersion(wrong)).rejects.toMatchObject({ code: 'tracking_invalid' })
  expect(await client.showModelVersion({ model: 'wine', version: '1' })).toMatchObject({ description: '' })
})

test('a version is found by its number, by an alias and as the latest', async () => {
  const row = await client.setModelAlias({ model: 'wine', alias: 'champion', version: 1 })
  expect(row).toMatchObject({ aliases: [{ alias: 'champion', version: 1 }], versions: 2, latest: 2 })
  const versions = ['1', '@champion', 'latest', '@latest'].map(
    async (version) => (await client.showModelVersion({ model: 'wine', version })).version,
  )
  expect(await Promise.all(versions)).toEqual([1, 1, 2, 2])
  await client.deleteModelAlias({ model: 'wine', alias: 'champion' })
  const calls = [
    client.showModelVersion({ model: 'wine', version: '@champion' }),
    client.showModelVersion({ model: 'wine', version: '7' }),
    client.deleteModelAlias({ model: 'wine', alias: 'champion' }),
    client.setModelAlias({ model: 'wine', alias: 'champion', version: 7 }),
    client.showModelVersion({ model: 'nothing', version: 'latest' }),
  ]
  for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'not_found' })
  await expect(client.setModelAlias({ model: 'wine', alias: 'latest', version: 1 })).rejects.toMatchObject({
    code: 'tracking_invalid',
  })
  await expect(client.showModelVersion({ model: 'wine', version: 'newest' })).rejects.toMatchObject({
    code: 'invalid_request',
  })
})

test('versions come newest first, a page at a time', async () => {
  const first = await client.listModelVersions({ model: 'wine', limit: 1 })
  expect([first.versions.map(({ version }) => version), first.next]).toEqual([[2], '2'])
  const second = await client.listModelVersions({ model: 'wine', limit: 1, page: first.next ?? '' })
  expect([second.versions.map(({ version }) => version), second.next]).toEqual([[1], null])
  await expect(client.listModelVersions({ model: 'wine', page: 'x' })).rejects.toMatchObject({
    code: 'invalid_request',
  })
})

test('a version has a stage, a description and tags', async () => {
  const change = {
    model: 'wine',
    version: '2',
    stage: 'Staging',
    description: 'More rows',
    tags: { ok: 'yes' },
  } as const
  expect(await client.updateModelVersion(change)).toMatchObject({ stage: 'Staging', tags: { ok: 'yes' } })
  await client.updateModelVersion({ model: 'wine', version: '1', stage: 'Staging', archiveExisting: true })
  const view = await client.updateModelVersion({ model: 'wine', version: '2', tags: { ok: null } })
  expect([view.stage, view.description, view.tags]).toEqual(['Archived', 'More rows', {}])
})

test('two versions are compared, also by alias', async () => {
  await client.setModelAlias({ model: 'wine', alias: 'best', version: 2 })
  const found = await client.compareModelVersions({ model: 'wine', left: '1', right: '@best' })
  expect([found.left.version, found.right.version]).toEqual([1, 2])
  expect(found.files.map(({ key, differs }) => [key, differs])).toEqual(
    Object.keys(MODEL_FILES)
      .toSorted()
      .map((path) => [path, false]),
  )
})

test('the files of a version are listed, and read in whole and by ranges', async () => {
  const { files } = await client.listModelFiles({ model: 'wine', version: 'latest' })
  expect(files.map(({ path, size }) => [path, size])).toEqual(
    ['MLmodel', 'conda.yaml', 'model.pkl', 'requirements.txt'].map((path) => [
      path,
      MODEL_FILES[path as keyof typeof MODEL_FILES].length,
    ]),
  )
  const at = { model: 'wine', version: 'latest', path: 'model.pkl' }
  const whole = await client.readModelFile(at)
  expect([await whole.text(), whole.headers.get('content-disposition')]).toEqual([
    'not really',
    expect.stringMatching(/^attachment; filename="model\.pkl"/),
  ])
  const part = await client.readModelFile(at, { range: { start: 4, end: 5 } })
  expect([part.status, await part.text()]).toEqual([206, 're'])
  for (const [path, code] of [
    ['nothing', 'not_found'],
    ['../model.pkl', 'tracking_invalid'],
    ['model.pkl/', 'not_found'],
  ] as const) {
    await expect(client.readModelFile({ ...at, path })).rejects.toMatchObject({ code })
  }
})

test('a version is one tar archive of all its files', async () => {
  const response = await client.downloadModel({ model: 'wine', version: '1' })
  expect(response.headers.get('content-disposition')).toContain('filename="wine-1.tar"')
  const found: Record<string, string> = {}
  if (response.body === null) throw new Error('no body')
  for await (const entry of Readable.fromWeb(response.body).pipe(extract())) {
    found[entry.header.name] = await text(entry)
  }
  expect(found).toEqual(MODEL_FILES)
})

test('a caller that leaves an archive in the middle does the core no harm', async () => {
  const run = await register()
  const big = Buffer.alloc(8_000_000, 'a')
  await fixture.fetch(`/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/model/big`, { method: 'PUT', body: big })
  const aborter = new AbortController()
  const response = await client.downloadModel({ model: 'wine', version: 'latest' }, { signal: aborter.signal })
  await response.body?.getReader().read()
  aborter.abort()
  expect((await client.showModelVersion({ model: 'wine', version: 'latest' })).bytes).toBeGreaterThan(big.length)
})

test('files that lie in another store are told of, not listed', async () => {
  await post('model-versions/create', { name: 'wine', source: 's3://bucket/model' })
  const which = { model: 'wine', version: 'latest' }
  for (const call of [client.listModelFiles(which), client.downloadModel(which)]) {
    await expect(call).rejects.toMatchObject({ code: 'tracking_invalid', message: expect.stringContaining('s3://') })
  }
  await client.deleteModelVersion(which)
})

test('tracked runs are compared by their ids alone', async () => {
  const run = (await post('runs/create', { experiment_id: '0', run_name: 'one' }))['run']?.['info']?.['run_id'] ?? ''
  const view = await client.compareTrackedRuns({ runs: [run, run] })
  expect(view.runs.map(({ name }) => name)).toEqual(['one', 'one'])
  await expect(client.compareTrackedRuns({ runs: ['0'.repeat(32)] })).rejects.toMatchObject({ code: 'not_found' })
  await expect(client.compareTrackedRuns({ runs: ['x'] })).rejects.toMatchObject({ code: 'invalid_request' })
  const code = await client.compareCode({ left: run, right: run, path: 'train.py' })
  expect([code.leftReason, code.rightReason]).toEqual(['absent', 'absent'])
})
