import { expect, test } from 'vitest'
import { trackingServer } from './tracking-fixture.ts'

const server = trackingServer()
const problem = (code: string, words = '') => ({ code, message: expect.stringContaining(words) })

test('a search answers the columns that are asked for, folds of metrics among them, and how many runs fit', async () => {
  const experiment = await server.experiment('columns')
  const id = await server.run({
    experiment,
    name: 'one',
    params: { depth: '4', rate: '0.1' },
    tags: { note: 'x', 'minisub.run': '01kc', 'minisub.step': 'train' },
    metrics: { loss: [3, 1, 2], odd: [Number.NaN], big: [Infinity] },
  })
  await server.run({ experiment, params: { depth: '5' } })
  const columns = {
    metrics: ['loss', 'loss@min', 'loss@max', 'loss@mean', 'loss@last', 'odd', 'odd@min', 'big', 'none'],
    params: ['depth', 'depth@min', '__proto__'],
    tags: ['note'],
  }
  const found = await server.client.searchTrackedRuns({
    experiments: [experiment],
    filter: "params.depth = '4'",
    columns,
    count: true,
  })
  expect(found).toEqual({
    runs: [
      {
        id,
        experiment,
        name: 'one',
        user: '',
        status: 'RUNNING',
        stage: 'active',
        finishedAt: null,
        parent: null,
        startedAt: expect.any(String),
        pipelineRun: '01kc',
        step: 'train',
        metrics: { loss: 2, 'loss@min': 1, 'loss@max': 3, 'loss@mean': 2, 'loss@last': 2, odd: 'NaN', big: 'Infinity' },
        params: { depth: '4' },
        tags: { note: 'x' },
      },
    ],
    next: null,
    total: 1,
  })
})

test('pages of a search hold each run once, in the order that is asked for', async () => {
  const experiment = await server.experiment('pages')
  const made: string[] = []
  for (const value of [5, 1, 4, 2, 3]) made.push(await server.run({ experiment, metrics: { loss: [value] } }))
  const seen: string[] = []
  for (let page: string | undefined = '', turns = 0; page !== undefined && turns < 9; turns += 1) {
    const found = await server.client.searchTrackedRuns({
      experiments: [experiment],
      orderBy: ['metrics.loss ASC'],
      limit: 2,
      count: true,
      ...(page === '' ? {} : { page }),
    })
    expect(found.total).toBe(5)
    seen.push(...found.runs.map((run) => run.id))
    page = found.next ?? undefined
  }
  expect(seen).toEqual([1, 3, 4, 2, 0].map((index) => made[index]))
})

test.each([
  ['a filter that ends early', { filter: "params.depth = '" }, 'tracking_invalid'],
  ['a name that is not known', { filter: 'metric_.loss < 1' }, 'tracking_invalid'],
  ['an order that is none', { orderBy: ['metrics.loss SIDEWAYS'] }, 'tracking_invalid'],
  ['a token of nothing', { page: '???' }, 'tracking_invalid'],
  ['an experiment that is no number', { experiments: ['wine'] }, 'tracking_invalid'],
  ['no experiment', { experiments: [] }, 'invalid_request'],
  ['too many rows', { limit: 1_001 }, 'invalid_request'],
  ['a field that is unknown', { colums: {} }, 'invalid_request'],
])('a search with %s is refused', async (_, wrong, code) => {
  const asked = server.client.searchTrackedRuns({ experiments: ['0'], ...wrong })
  await expect(asked).rejects.toMatchObject(problem(code))
})
