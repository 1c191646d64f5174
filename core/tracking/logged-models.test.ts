import { expect, test } from 'vitest'
import { trackingForTest } from './tracking-fixture.ts'
import type { LoggedModel, Page } from './types.ts'

const ids = ({ items }: Page<LoggedModel>): string[] => items.map(({ name }) => name)

test('a model is pending, takes parameters and tags, and gets ready', async () => {
  const { writes, reads } = trackingForTest().tracking
  const { info } = await writes.createRun({ experimentId: '0' })
  const draft = { experimentId: '0', name: 'net', modelType: 'cnn', sourceRunId: info.id }
  const made = await writes.createLoggedModel({ ...draft, params: [{ key: 'depth', value: '3' }] })
  expect(made).toMatchObject({ ...draft, status: 'LOGGED_MODEL_PENDING', params: [{ key: 'depth', value: '3' }] })
  expect(made.id).toMatch(/^m-[\da-f]{32}$/)
  expect(made.artifactUri).toBe(`mlflow-artifacts:/0/models/${made.id}/artifacts`)

  await writes.logLoggedModelParams(made.id, [
    { key: 'depth', value: '3' },
    { key: 'lr', value: '' },
  ])
  await writes.setLoggedModelTags(made.id, [{ key: 'a', value: '1' }])
  await writes.setLoggedModelTags(made.id, [{ key: 'a', value: '2' }])
  await writes.finishLoggedModel(made.id, 'LOGGED_MODEL_READY')
  expect(reads.loggedModel(made.id)).toMatchObject({
    status: 'LOGGED_MODEL_READY',
    params: [
      { key: 'depth', value: '3' },
      { key: 'lr', value: '' },
    ],
    tags: [{ key: 'a', value: '2' }],
  })
  await writes.deleteLoggedModelTag(made.id, 'a')
  expect(reads.loggedModel(made.id).tags).toEqual([])
})

test('a metric that names a model is one of the run and of the model', async () => {
  const { writes, reads } = trackingForTest().tracking
  const { info } = await writes.createRun({ experimentId: '0' })
  const { id } = await writes.createLoggedModel({ experimentId: '0' })
  const metric = { key: 'acc', timestamp: 5, step: 0, modelId: id, datasetName: 'test', datasetDigest: 'd' }
  await writes.log(info.id, {
    metrics: [
      { ...metric, value: 1, step: 2 },
      { ...metric, value: 0.5 },
    ],
  })
  expect(reads.run(info.id).metrics).toEqual([{ ...metric, value: 1, step: 2 }])
  expect(reads.loggedModel(id).metrics).toEqual([{ ...metric, value: 1, step: 2, runId: info.id }])
  expect(reads.history({ runId: info.id, key: 'acc' }).items).toHaveLength(2)
})

test('a deleted model is found no more, and cannot be written to', async () => {
  const { writes, reads } = trackingForTest().tracking
  const { id } = await writes.createLoggedModel({ experimentId: '0' })
  await writes.deleteLoggedModel(id)
  expect(() => reads.loggedModel(id)).toThrow(`Logged model with ID '${id}' not found`)
  expect(reads.loggedModels({ experimentIds: ['0'], maxResults: 5 })).toEqual({ items: [] })
  await expect(writes.deleteLoggedModel(id)).rejects.toMatchObject({ code: 'not_found' })
  await expect(writes.setLoggedModelTags(id, [])).rejects.toMatchObject({ code: 'not_found' })
})

test('models are searched by filter, order and pages, whose tokens are for that search alone', async () => {
  const { writes, reads } = trackingForTest().tracking
  const { info } = await writes.createRun({ experimentId: '0' })
  for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) {
    const { id } = await writes.createLoggedModel({ experimentId: '0', name, params: [{ key: 'n', value: name }] })
    const metric = { key: 'acc', value: index % 2 === 0 ? index : -index, timestamp: 1, step: 0, modelId: id }
    await writes.log(info.id, { metrics: [{ ...metric, datasetName: name === 'a' ? 'x' : 'y' }] })
  }
  const all = { experimentIds: ['0', 'none', '77'], maxResults: 10 }
  expect(ids(reads.loggedModels(all))).toEqual(['d', 'c', 'b', 'a'])
  expect(ids(reads.loggedModels({ ...all, filter: "params.n != 'b' AND metrics.acc >= 0" }))).toEqual(['c', 'a'])
  expect(ids(reads.loggedModels({ ...all, datasets: [{ name: 'x' }] }))).toEqual(['a'])
  const sorted = { ...all, orderBy: [{ field: 'metrics.acc', ascending: false }], maxResults: 3 }
  const first = reads.loggedModels(sorted)
  expect(ids(first)).toEqual(['c', 'a', 'b'])
  const { next: pageToken = '' } = first
  expect(ids(reads.loggedModels({ ...sorted, pageToken }))).toEqual(['d'])
  expect(() => reads.loggedModels({ ...all, pageToken })).toThrow('Invalid page token')
  expect(reads.loggedModels({ experimentIds: [], maxResults: 5 })).toEqual({ items: [] })
})

test.each([
  [{ experimentId: '99' }, 'No Experiment with id=99 exists'],
  [{ experimentId: '../0' }, 'No Experiment with id'],
  [{ name: 'a/b' }, 'Invalid model name'],
  [{ name: 'n'.repeat(501) }, 'maximum length'],
  [{ params: [{ key: '..', value: '' }] }, "'params[0].key'"],
  [
    {
      params: [
        { key: 'a', value: '1' },
        { key: 'a', value: '2' },
      ],
    },
    'Changing param values is not allowed',
  ],
  [{ tags: [{ key: '', value: '' }] }, "'tags[0].key'"],
])('a model with %j is not made', async (fault, message) => {
  const { writes, reads } = trackingForTest().tracking
  await expect(writes.createLoggedModel({ experimentId: '0', ...fault })).rejects.toThrow(message)
  expect(reads.loggedModels({ experimentIds: ['0'], maxResults: 5 })).toEqual({ items: [] })
})

test('what cannot be done to a model is refused', async () => {
  const { writes, reads } = trackingForTest().tracking
  const { id } = await writes.createLoggedModel({ experimentId: '0' })
  await expect(writes.finishLoggedModel(id, 'LOGGED_MODEL_PENDING')).rejects.toThrow("'status'")
  await expect(writes.deleteLoggedModelTag(id, 'none')).rejects.toMatchObject({ code: 'not_found' })
  await expect(writes.finishLoggedModel('m-0', 'LOGGED_MODEL_READY')).rejects.toMatchObject({ code: 'not_found' })
  expect(() => reads.loggedModels({ experimentIds: ['0'], maxResults: 0 })).toThrow("'max_results'")
  const experimentId = (await writes.createExperiment({ name: 'gone' })).id
  await writes.deleteExperiment(experimentId)
  await expect(writes.createLoggedModel({ experimentId })).rejects.toThrow("must be in the 'active' state")
})

test('a model that is made between two pages, the newest first, moves none', async () => {
  const { writes, reads } = trackingForTest().tracking
  for (const name of ['a', 'b', 'c', 'd']) await writes.createLoggedModel({ experimentId: '0', name })
  const search = { experimentIds: ['0'], maxResults: 2 }
  const { next: pageToken = '', ...first } = reads.loggedModels(search)
  expect(ids(first)).toEqual(['d', 'c'])
  await writes.createLoggedModel({ experimentId: '0', name: 'meanwhile' })
  const last = reads.loggedModels({ ...search, pageToken })
  expect([ids(last), last.next]).toEqual([['b', 'a'], undefined])
})

test('more datasets than can be asked for are refused', () => {
  const { reads } = trackingForTest().tracking
  const datasets = Array.from({ length: 40_000 }, (_, index) => ({ name: `d${index}`, digest: 'x' }))
  expect(() => reads.loggedModels({ experimentIds: ['0'], maxResults: 5, datasets })).toThrow('at most 1000 datasets')
})
