import { expect, test } from 'vitest'
import type { RunSearch } from './run-search.ts'
import { trackingForTest } from './tracking-fixture.ts'
import type { Tracking } from './tracking.ts'

const DRAFTS = [
  { id: 'a', startTime: 30, loss: 1, lr: '0.1' },
  { id: 'b', startTime: 20, loss: 3, lr: '0.2' },
  { id: 'c', startTime: 20, loss: 2, lr: '0.1' },
  { id: 'd', startTime: 10, loss: 4, lr: '0.3' },
]

async function open(): Promise<Tracking> {
  const { tracking } = trackingForTest()
  for (const { id, startTime, loss, lr } of DRAFTS) {
    await tracking.writes.createRun({ id, startTime, experimentId: '0', name: `run ${id}` })
    await tracking.writes.log(id, {
      metrics: [{ key: 'loss', value: loss, timestamp: 0, step: 0 }],
      params: [{ key: 'lr', value: lr }],
      tags: [{ key: 'odd', value: String(loss % 2) }],
    })
  }
  return tracking
}
const idsOf = ({ reads }: Tracking, search: Partial<RunSearch> = {}): string[] =>
  reads.runs({ experimentIds: ['0'], maxResults: 100, ...search }).items.map(({ info }) => info.id)

test('the run that started last comes first, then by id', async () => {
  expect(idsOf(await open())).toEqual(['a', 'b', 'c', 'd'])
})

test('a search gives each run as a read of it alone does', async () => {
  const tracking = await open()
  await tracking.writes.logOutputs('b', [{ modelId: 'm-1', step: 3 }])
  const { items } = tracking.reads.runs({ experimentIds: ['0'], maxResults: 100 })
  expect(items).toEqual(items.map(({ info }) => tracking.reads.run(info.id)))
  expect(items[1]).toMatchObject({ params: [{ key: 'lr', value: '0.2' }], modelOutputs: [{ modelId: 'm-1', step: 3 }] })
})

test.each([
  ["params.lr = '0.1' AND metrics.loss < 2", ['a']],
  ["tags.odd = '1'", ['a', 'b']],
  ["attributes.run_name = 'run d'", ['d']],
  ["status = 'FINISHED'", []],
  ["metrics.loss > 3.5 OR params.lr = '0.2'", ['b', 'd']],
])('the filter %j finds its runs', async (filter, ids) => {
  expect(idsOf(await open(), { filter })).toEqual(ids)
})

test('runs are sorted as asked', async () => {
  const tracking = await open()
  expect(idsOf(tracking, { orderBy: ['metrics.loss DESC'] })).toEqual(['d', 'b', 'c', 'a'])
  expect(idsOf(tracking, { orderBy: ['params.lr ASC', 'metrics.loss DESC'] })).toEqual(['c', 'a', 'b', 'd'])
})

test('views tell what is deleted from what is not', async () => {
  const tracking = await open()
  await tracking.writes.deleteRun('b')
  expect(idsOf(tracking)).toEqual(['a', 'c', 'd'])
  expect(idsOf(tracking, { view: 'DELETED_ONLY' })).toEqual(['b'])
  expect(idsOf(tracking, { view: 'ALL' })).toEqual(['a', 'b', 'c', 'd'])
})

test('several experiments are searched as one; none, and those that are not there, have no runs', async () => {
  const tracking = await open()
  const { id } = await tracking.writes.createExperiment({ name: 'two' })
  await tracking.writes.createRun({ id: 'e', experimentId: id, startTime: 25 })
  expect(idsOf(tracking, { experimentIds: ['0', id, '77', '0'] })).toEqual(['a', 'e', 'b', 'c', 'd'])
  expect(idsOf(tracking, { experimentIds: [] })).toEqual([])
  expect(idsOf(tracking, { experimentIds: ['77'] })).toEqual([])
})

test.each([
  ['the natural order', {}],
  ['an order that was asked for', { orderBy: ['metrics.loss DESC'] }],
])('pages in %s chain, and the last one has no token', async (_, search) => {
  const tracking = await open()
  const all = idsOf(tracking, search)
  for (const maxResults of [1, 2, 3, 4, 5]) {
    const ids: string[] = []
    let token: string | undefined
    do {
      const page = tracking.reads.runs({
        experimentIds: ['0'],
        maxResults,
        ...search,
        ...(token === undefined ? {} : { pageToken: token }),
      })
      ids.push(...page.items.map(({ info }) => info.id))
      token = page.next
    } while (token !== undefined && ids.length <= all.length)
    expect(ids).toEqual(all)
  }
})

test('a run that begins between two pages moves none of the others', async () => {
  const tracking = await open()
  const first = tracking.reads.runs({ experimentIds: ['0'], maxResults: 2 })
  await tracking.writes.createRun({ id: 'new', experimentId: '0', startTime: 99 })
  expect(idsOf(tracking, { pageToken: first.next ?? '' })).toEqual(['c', 'd'])
})

test.each<readonly [string, Partial<RunSearch>]>([
  ['a filter that cannot be read', { filter: 'metrics.loss >' }],
  ['an order that cannot be read', { orderBy: ['metrics.loss SIDEWAYS'] }],
  ['a page of none', { maxResults: 0 }],
  ['too big a page', { maxResults: 50_001 }],
  ['a token that is none', { pageToken: '%%' }],
  ['a token of another order', { orderBy: ['metrics.loss'], pageToken: btoa('{"after":[1,"a"]}') }],
  ['a token of another width', { pageToken: btoa('{"after":[1]}') }],
  ['an experiment that cannot be', { experimentIds: ["0') OR 1 --"] }],
  ['a bad filter without experiments', { experimentIds: [], filter: 'x' }],
])('%s is refused', async (_, search) => {
  const tracking = await open()
  expect(() => idsOf(tracking, search)).toThrow(expect.objectContaining({ code: 'tracking_invalid' }))
})
