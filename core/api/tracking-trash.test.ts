import { expect, test } from 'vitest'
import { trackingServer } from './tracking-fixture.ts'

const server = trackingServer()
const NOBODY = 'f'.repeat(32)
const problem = (code: string, words = '') => ({ code, message: expect.stringContaining(words) })
const stages = async (runs: readonly string[]) =>
  Promise.all(runs.map(async (run) => (await server.client.showTrackedRun({ run })).stage))

test('runs go to the trash all together or not at all, and come back so', async () => {
  const [a, b] = [await server.run(), await server.run()]
  await expect(server.client.deleteTrackedRuns({ runs: [a, NOBODY] })).rejects.toMatchObject(
    problem('not_found', NOBODY),
  )
  expect(await stages([a, b])).toEqual(['active', 'active'])
  await server.client.deleteTrackedRuns({ runs: [a, b] })
  await expect(server.client.restoreTrackedRuns({ runs: [b, NOBODY] })).rejects.toMatchObject(problem('not_found'))
  expect(await stages([a, b])).toEqual(['deleted', 'deleted'])
  await server.client.restoreTrackedRuns({ runs: [a, b] })
  expect(await stages([a, b])).toEqual(['active', 'active'])
})

test('nested runs go along with their parent, and come back with it but where they were deleted before', async () => {
  const parent = await server.run()
  const [child, early] = [await server.run({ parent }), await server.run({ parent })]
  const [grandchild, earlyChild] = [await server.run({ parent: child }), await server.run({ parent: early })]
  await server.client.deleteTrackedRuns({ runs: [early] })
  await server.client.deleteTrackedRuns({ runs: [parent] })
  const all = [parent, child, grandchild, early, earlyChild]
  expect(new Set(await stages(all))).toEqual(new Set(['deleted']))
  await server.client.restoreTrackedRuns({ runs: [parent] })
  expect(await stages(all)).toEqual(['active', 'active', 'active', 'deleted', 'deleted'])
  await server.client.restoreTrackedRuns({ runs: [early] })
  expect(new Set(await stages(all))).toEqual(new Set(['active']))
})

test('over the wire of MLflow a run goes to the trash alone', async () => {
  const parent = await server.run()
  const child = await server.run({ parent })
  await server.fixture.tracking.writes.deleteRun(parent)
  expect(await stages([parent, child])).toEqual(['deleted', 'active'])
})

test('a run whose tag that names its parent went is nested no longer', async () => {
  const parent = await server.run()
  const child = await server.run({ parent })
  await server.client.updateTrackedRun({ run: child, tags: { 'mlflow.parentRunId': null } })
  await server.client.deleteTrackedRuns({ runs: [parent] })
  expect(await stages([child])).toEqual(['active'])
})

test('what a purge would do is told before, then it is done, and what a model version names is kept', async () => {
  await server.client.purgeTracking({})
  const experiment = await server.experiment('purged')
  const [gone, kept, alive] = [await server.run({ experiment }), await server.run(), await server.run()]
  await server.put(`${gone}/artifacts/own.bin`, 'only here', experiment)
  await server.put(`${gone}/artifacts/own again.bin`, 'only here', experiment)
  await server.put(`${gone}/artifacts/shared.bin`, 'there too', experiment)
  await server.put(`${alive}/artifacts/shared.bin`, 'there too')
  await server.client.createModel({ name: 'held' })
  await server.fixture.models.registry.writes.createVersion({ name: 'held', source: `runs:/${kept}/m`, runId: kept })
  await server.client.deleteTrackedRuns({ runs: [kept] })
  await server.client.deleteExperiment({ experiment })
  const expected = {
    experiments: 1,
    runs: 1,
    models: 0,
    bytes: 9,
    kept: [{ what: expect.stringContaining(kept), why: 'version 1 of the model held names it' }],
  }
  const disk = await server.client.showTrackingDisk({})
  expect(disk.trash).toEqual({ experiments: 1, runs: 1, models: 0, bytes: 9 })
  expect(disk.artifactBytes).toBe(18)
  expect(disk.experiments.find(({ id }) => id === experiment)).toMatchObject({ runs: 1, bytes: 18, ownBytes: 9 })
  expect(disk.runs.find(({ id }) => id === alive)).toMatchObject({ bytes: 9, ownBytes: 0 })
  expect(await server.client.purgeTracking({ dryRun: true })).toEqual(expected)
  const lines: string[] = []
  expect(await server.client.purgeTracking({}, { onLine: (line) => lines.push(line) })).toEqual(expected)
  expect(lines.join()).toContain('1 runs')
  await expect(server.client.showTrackedRun({ run: gone })).rejects.toMatchObject(problem('not_found'))
  await expect(server.client.showExperiment({ experiment })).rejects.toMatchObject(problem('not_found'))
  expect(await stages([kept, alive])).toEqual(['deleted', 'active'])
  const download = await server.fixture.fetch(`/api/v1/tracking/runs/${alive}/file?path=shared.bin`)
  expect(await download.text()).toBe('there too')
  expect((await server.client.purgeTracking({ dryRun: true })).runs).toBe(0)
})

test('a purge of named runs leaves the others, and refuses what is not in the trash', async () => {
  const [one, other, alive] = [await server.run(), await server.run(), await server.run()]
  await server.client.deleteTrackedRuns({ runs: [one, other] })
  await expect(server.client.purgeTracking({ runs: [one, alive] })).rejects.toMatchObject(
    problem('tracking_invalid', alive),
  )
  await expect(server.client.purgeTracking({ runs: [one, NOBODY] })).rejects.toMatchObject(problem('not_found', NOBODY))
  await expect(server.client.purgeTracking({ experiments: ['0'] })).rejects.toMatchObject(problem('tracking_invalid'))
  await expect(server.client.purgeTracking({ experiments: ['wine'] })).rejects.toMatchObject(problem('not_found'))
  expect(await server.client.purgeTracking({ runs: [one] })).toMatchObject({ runs: 1 })
  expect(await stages([other, alive])).toEqual(['deleted', 'active'])
  expect(await server.client.purgeTracking({ olderThanMs: 3_600_000 })).toMatchObject({ runs: 0 })
  expect(await stages([other])).toEqual(['deleted'])
})
