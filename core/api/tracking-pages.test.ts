import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { ChangeView } from '#core/contract/changes.ts'
import { trackingServer } from './tracking-fixture.ts'

const server = trackingServer()
const problem = (code: string, words = '') => ({ code, message: expect.stringContaining(words) })

test('experiments come by when their runs began last, a page at a time, with a part of their names', async () => {
  const [first, second] = [await server.experiment('pages of A_1'), await server.experiment('pages of b')]
  await server.experiment('pages of AX1')
  const { writes } = server.fixture.tracking
  await writes.createRun({ experimentId: first, startTime: Date.parse('2040-01-01') })
  await writes.createRun({ experimentId: second, startTime: 8_000_000_000_000_000 })
  const list = async (query: object) => (await server.client.listExperiments(query)).experiments.map(({ name }) => name)
  expect(await list({ search: 'PAGES of' })).toEqual(['pages of b', 'pages of A_1', 'pages of AX1'])
  expect(await list({ search: 'a_1' })).toEqual(['pages of A_1'])
  const page = await server.client.listExperiments({ search: 'pages', limit: 2 })
  const rest = await server.client.listExperiments({ search: 'pages', limit: 2, page: page.next ?? '' })
  expect([page.experiments.length, rest.experiments.map(({ name }) => name), rest.next]).toEqual([
    2,
    ['pages of AX1'],
    null,
  ])
  const other = server.client.listExperiments({ search: 'else', page: page.next ?? '' })
  await expect(other).rejects.toMatchObject(problem('tracking_invalid', 'page token'))
  // A program may log any number as a time.
  expect(page.experiments[0]?.lastRunAt).toBe('9999-12-31T23:59:59.999Z')
})

test('an experiment is made, found by name and id, changed, deleted and restored with its runs', async () => {
  const { client } = server
  const made = await client.createExperiment({ name: 'wine', tags: { team: 'red', old: 'x' } })
  expect(made).toMatchObject({ name: 'wine', stage: 'active', tags: { team: 'red' }, runs: 0, lastRunAt: null })
  await expect(client.createExperiment({ name: 'wine' })).rejects.toMatchObject(problem('tracking_exists', 'wine'))
  const run = await server.run({ experiment: made.id })
  expect(await client.showExperiment({ experiment: 'wine' })).toMatchObject({ id: made.id, runs: 1 })
  const changed = await client.updateExperiment({
    experiment: made.id,
    name: 'port',
    tags: { old: null, team: 'tawny', none: null },
  })
  expect(changed).toMatchObject({ name: 'port', tags: { team: 'tawny' } })
  await client.deleteExperiment({ experiment: 'port' })
  expect(await client.showTrackedRun({ run })).toMatchObject({ stage: 'deleted' })
  await expect(client.showExperiment({ experiment: 'port' })).rejects.toMatchObject(problem('not_found'))
  await expect(client.restoreTrackedRuns({ runs: [run] })).rejects.toMatchObject(
    problem('tracking_invalid', 'in the trash'),
  )
  expect(await client.restoreExperiment({ experiment: made.id })).toMatchObject({ stage: 'active', runs: 1 })
  expect(await client.showTrackedRun({ run })).toMatchObject({ stage: 'active' })
  for (const experiment of ['12345', 'no such name', '９']) {
    await expect(client.showExperiment({ experiment })).rejects.toMatchObject(problem('not_found'))
  }
})

test('names of columns come with how many runs have them, without those in the trash', async () => {
  const experiment = await server.experiment('names')
  await server.run({ experiment, params: { depth: '1' }, metrics: { loss: [1] } })
  await server.run({ experiment, params: { depth: '1', rate: '2' } })
  await server.client.deleteTrackedRuns({ runs: [await server.run({ experiment, params: { gone: '1' } })] })
  const { metrics, params, tags } = await server.client.listTrackedColumns({ experiments: experiment })
  expect(metrics).toEqual([{ key: 'loss', runs: 1 }])
  expect(params).toEqual([
    { key: 'depth', runs: 2 },
    { key: 'rate', runs: 1 },
  ])
  expect(tags).toEqual([{ key: 'mlflow.runName', runs: 2 }])
})

test('the help of filters has what a filter can be made of', async () => {
  const { identifiers, words } = await server.client.showFilterHelp({})
  expect(words).toContain('OR')
  const metrics = identifiers.find(({ text }) => text === 'metrics.')
  expect(metrics).toMatchObject({ open: true, type: 'number', folds: ['@min', '@max', '@last', '@mean'] })
})

test('views are saved under names, replaced, listed and deleted', async () => {
  const { client } = server
  const save = async (name: string, query: string) => client.saveTrackingView({ name, path: '/experiments/1', query })
  await save('worst', 'sort=loss&desc=1')
  expect(await save('best', 'a=1')).toMatchObject({ name: 'best', query: 'a=1' })
  await save('best', 'sort=loss')
  const { views } = await client.listTrackingViews({})
  expect(views.map(({ name, path, query }) => [name, path, query])).toEqual([
    ['best', '/experiments/1', 'sort=loss'],
    ['worst', '/experiments/1', 'sort=loss&desc=1'],
  ])
  await client.deleteTrackingView({ name: 'best' })
  await expect(client.deleteTrackingView({ name: 'best' })).rejects.toMatchObject(problem('not_found', 'best'))
  for (const path of ['experiments', '/a?b', '//x y']) {
    await expect(client.saveTrackingView({ name: 'x', path, query: '' })).rejects.toMatchObject(
      problem('invalid_request'),
    )
  }
})

test('pages are told that something was tracked, once for many writes, and again later', async () => {
  const run = await server.run()
  const leave = new AbortController()
  const seen: ChangeView[] = []
  const read = async () => {
    for await (const changes of server.client.changes({ signal: leave.signal })) seen.push(...changes)
  }
  const ended = read().catch((error: unknown) => error)
  await expect.poll(() => seen.length).toBeGreaterThan(0)
  const told = () => seen.filter((change) => change.kind === 'list' && change.topic === 'tracking').length
  const before = told()
  const log = async (step: number) => {
    await server.fixture.tracking.writes.log(run, { metrics: [{ key: 'loss', value: step, timestamp: step, step }] })
    await sleep(2)
  }
  for (let step = 0; step < 100; step += 1) await log(step)
  await expect.poll(told, { timeout: 3_000 }).toBeGreaterThan(before)
  expect(told() - before).toBeLessThanOrEqual(2)
  const after = told()
  await sleep(1_200)
  await log(100)
  await expect.poll(told, { timeout: 3_000 }).toBeGreaterThan(after)
  leave.abort()
  await ended
})
