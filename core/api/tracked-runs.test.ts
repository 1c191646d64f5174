import { expect, test } from 'vitest'
import { trackingServer } from './tracking-fixture.ts'

const server = trackingServer()
const problem = (code: string, words = '') => ({ code, message: expect.stringContaining(words) })
const NOBODY = 'f'.repeat(32)

test('a run in full has its series folded, its parent, its nested runs and what came of it', async () => {
  const parent = await server.run({ name: 'parent' })
  const id = await server.run({ name: 'child', parent, params: { a: '1' }, metrics: { loss: [1, Number.NaN, 3] } })
  const { writes } = server.fixture.tracking
  const dataset = { name: 'wine', digest: 'd1', sourceType: 'local', source: 'wine.csv' }
  await writes.logInputs(id, { datasets: [{ dataset, tags: [{ key: 'mlflow.data.context', value: 'train' }] }] })
  const model = await writes.createLoggedModel({ experimentId: '0', name: 'net', sourceRunId: id })
  await writes.logOutputs(id, [{ modelId: model.id, step: 0 }])
  await server.client.createModel({ name: 'wine-net' })
  await server.fixture.models.registry.writes.createVersion({ name: 'wine-net', source: `runs:/${id}/net`, runId: id })
  const view = await server.client.showTrackedRun({ run: id })
  expect(view).toMatchObject({
    id,
    parent,
    parentName: 'parent',
    experimentName: 'Default',
    children: 0,
    params: { a: '1' },
    metrics: [{ key: 'loss', last: 3, step: 2, time: 1_002, count: 3, min: 1, max: 3, mean: 2 }],
    datasets: [{ ...dataset, context: 'train' }],
    models: [{ id: model.id, name: 'net', use: 'output' }],
    versions: [{ model: 'wine-net', version: 1 }],
    artifactUri: `mlflow-artifacts:/0/${id}/artifacts`,
  })
  expect(await server.client.showTrackedRun({ run: parent })).toMatchObject({ children: 1, parentName: null })
})

test('a run is renamed and tagged at once; a tag that is null goes', async () => {
  const run = await server.run({ name: 'old', tags: { a: '1', b: '2' } })
  const view = await server.client.updateTrackedRun({ run, name: 'new', tags: { a: null, b: '3', c: '4', none: null } })
  expect(view).toMatchObject({ name: 'new', tags: { b: '3', c: '4', 'mlflow.runName': 'new' } })
  expect(view.tags).not.toHaveProperty('a')
  await expect(server.client.updateTrackedRun({ run, tags: { 'no\u0007key': '1' } })).rejects.toMatchObject(
    problem('tracking_invalid'),
  )
  await server.client.deleteTrackedRuns({ runs: [run] })
  await expect(server.client.updateTrackedRun({ run, name: 'x' })).rejects.toMatchObject(
    problem('tracking_invalid', 'active'),
  )
})

test.each([
  ['showTrackedRun', { run: NOBODY }],
  ['updateTrackedRun', { run: NOBODY, name: 'x' }],
  ['listTrackedFiles', { run: NOBODY }],
  ['readCharts', { series: [{ run: NOBODY, key: 'loss' }] }],
  ['deleteTrackedRuns', { runs: [NOBODY] }],
  ['restoreTrackedRuns', { runs: [NOBODY] }],
] as const)('%s of a run that is not there is not_found', async (name, input) => {
  const call: (given: never) => Promise<unknown> = server.client[name]
  await expect(call(input as never)).rejects.toMatchObject(problem('not_found', NOBODY))
})

test('a chart has each point where there is room, and no spike is lost where there is none', async () => {
  const values = Array.from({ length: 3_000 }, (_, index) => (index === 1_234 ? 99 : Math.sin(index)))
  values[2_999] = Number.NaN
  const run = await server.run()
  for (let from = 0; from < values.length; from += 1_000) {
    const metrics = values
      .slice(from, from + 1_000)
      .map((value, index) => ({ key: 'loss', value, timestamp: from + index, step: from + index }))
    await server.fixture.tracking.writes.log(run, { metrics })
  }
  const few = await server.client.readCharts({
    series: [
      { run, key: 'loss' },
      { run, key: 'none' },
    ],
    most: 10,
  })
  expect(few.series.map(({ key }) => key)).toEqual(['loss', 'none'])
  const [loss, none] = few.series
  expect(none?.count).toEqual([])
  expect(loss?.count.length).toBeLessThanOrEqual(10)
  expect(loss?.count.reduce((sum, count) => sum + count, 0)).toBe(3_000)
  expect(Math.max(...(loss?.max ?? []).map(Number))).toBe(99)
  expect(loss?.last.at(-1)).toBeNull()
  const near = await server.client.readCharts({
    series: [{ run, key: 'loss' }],
    fromStep: 1_233,
    toStep: 1_235,
    most: 10,
  })
  expect(near.series[0]).toMatchObject({
    firstStep: [1_233, 1_234, 1_235],
    last: values.slice(1_233, 1_236),
    count: [1, 1, 1],
  })
})
