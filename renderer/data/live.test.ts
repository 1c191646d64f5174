import { QueryClient, QueryObserver } from '@tanstack/react-query'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunStatus } from '#core/contract/events.ts'
import type { Client } from '#core/client/index.ts'
import type { ChangeView } from '#core/contract/changes.ts'
import type { RunSummary } from '#core/contract/run.ts'
import { applyChanges, startLive, withRuns } from './live.ts'

type Pages = Parameters<typeof withRuns>[0]

const run = (id: string, status: RunStatus = 'succeeded', pipeline = 'wine'): RunSummary => ({
  id,
  pipeline,
  pipelineDigest: 'a94a8fe5',
  target: 'process',
  status,
  createdAt: '2026-11-01T12:00:00.000Z',
  startedAt: '2026-11-01T12:00:00.000Z',
  finishedAt: null,
})
/** Pages of ids as the core gives them: `next` is the last id where there is more. */
const pagesOf = (...pages: readonly string[][]): Pages => ({
  pages: pages.map((ids) => ({ runs: ids.map((id) => run(id)), next: ids.at(-1) ?? null })),
  pageParams: pages.map((_, index) => pages[index - 1]?.at(-1)),
})
const ended = (pages: Pages): Pages => ({
  ...pages,
  pages: pages.pages.map((page, index) => (index === pages.pages.length - 1 ? { ...page, next: null } : page)),
})
const idsOf = (pages: Pages): string[][] => pages.pages.map((page) => page.runs.map(({ id }) => id))

describe('the pages of runs', () => {
  test('a new run comes first, and the cursor of its page stays', () => {
    const pages = withRuns(pagesOf(['9', '8'], ['7', '6']), [run('a'), run('b')], {})
    expect(idsOf(pages)).toEqual([
      ['b', 'a', '9', '8'],
      ['7', '6'],
    ])
    expect(pages.pages[0]?.next).toBe('8')
  })
  test('a changed run changes in its place, and pages without a change stay the same objects', () => {
    const before = pagesOf(['9', '8'], ['7', '6'])
    const after = withRuns(before, [run('7', 'failed')], {})
    expect(after.pages[0]).toBe(before.pages[0])
    expect(after.pages[1]?.runs.map(({ status }) => status)).toEqual(['failed', 'succeeded'])
    expect(withRuns(before, [run('1')], {})).toBe(before)
  })
  test('what fits the filter no longer goes; what fits it since now is put where it belongs', () => {
    const before = pagesOf(['9', '5'], ['4', '2'])
    const failed = { status: 'failed' } as const
    expect(idsOf(withRuns(before, [run('9', 'succeeded')], failed))).toEqual([['5'], ['4', '2']])
    expect(idsOf(withRuns(before, [run('7', 'failed'), run('3', 'failed')], failed))).toEqual([
      ['9', '7', '5'],
      ['4', '3', '2'],
    ])
  })
  test('a run below the last page waits for its page, unless there is none', () => {
    expect(idsOf(withRuns(pagesOf(['9', '8']), [run('1')], {}))).toEqual([['9', '8']])
    expect(idsOf(withRuns(ended(pagesOf(['9', '8'])), [run('1')], {}))).toEqual([['9', '8', '1']])
  })
  test('an empty list takes the first run', () => {
    expect(idsOf(withRuns({ pages: [{ runs: [], next: null }], pageParams: [undefined] }, [run('1')], {}))).toEqual([
      ['1'],
    ])
  })
  test('the filters are those of the core', () => {
    const empty = { pages: [{ runs: [], next: null }], pageParams: [undefined] }
    const fits = (filter: object) => idsOf(withRuns(empty, [run('01kabc', 'running', 'wine')], filter))[0]?.length === 1
    expect(fits({ search: '01KA' })).toBe(true)
    expect(fits({ search: 'abc' })).toBe(false)
    expect(fits({ search: 'in' })).toBe(true)
    expect(fits({ pipeline: 'win' })).toBe(false)
    expect(fits({ pipeline: 'wine', status: 'running' })).toBe(true)
  })
  test('an end is not taken back by news from before it', () => {
    const after = withRuns(pagesOf(['9']), [run('9', 'running')], {})
    expect(after.pages[0]?.runs[0]?.status).toBe('succeeded')
  })
  test('however runs come, they are as the core would list them', () => {
    const ids = fc.uniqueArray(fc.integer({ min: 0, max: 60 }).map((it) => String(it).padStart(2, '0')))
    fc.assert(
      fc.property(ids, ids, fc.integer({ min: 1, max: 5 }), (known, changed, size) => {
        const sorted = known.toSorted().toReversed()
        const groups = Array.from({ length: Math.max(1, Math.ceil(sorted.length / size)) }, (_, index) =>
          sorted.slice(index * size, (index + 1) * size),
        )
        const after = withRuns(
          ended(pagesOf(...groups)),
          changed.map((id) => run(id)),
          {},
        )
        expect(idsOf(after).flat()).toEqual([...new Set([...known, ...changed])].toSorted().toReversed())
      }),
    )
  })
})

test('news that came while a page was fetched are there after it', async () => {
  const cache = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
  type Page = Pages['pages'][number]
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<Page>()
  const options = {
    queryKey: ['runs', 'list', {}],
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: { next: string | null }) => last.next ?? undefined,
    queryFn: ({ pageParam }: { pageParam: string | undefined }): Page | Promise<Page> => {
      if (pageParam === undefined) return { runs: [run('9', 'running')], next: '9' }
      asked.resolve()
      return answer.promise
    },
  }
  await cache.fetchInfiniteQuery(options)
  const more = cache.fetchInfiniteQuery({ ...options, pages: 2, staleTime: 0 })
  await asked.promise
  applyChanges(cache, [
    { kind: 'run', run: run('9', 'failed') },
    { kind: 'run', run: run('b', 'running') },
  ])
  answer.resolve({ runs: [run('3')], next: null })
  await more
  await new Promise((resolve) => setTimeout(resolve, 10))
  const pages = cache.getQueryData<Pages>(options.queryKey)
  expect(pages?.pages.map((page) => page.runs.map(({ id, status }) => `${id} ${status}`))).toEqual([
    ['b running', '9 failed'],
    ['3 succeeded'],
  ])
  cache.clear()
})

/** A query that somebody looks at; each of its answers waits to be given. */
function watched(queryKey: readonly string[]) {
  const cache = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
  const asked: ((answer: number) => void)[] = []
  const queryFn = () => new Promise<number>((resolve) => asked.push(resolve))
  const observer = new QueryObserver(cache, { queryKey, queryFn })
  const end = observer.subscribe(() => undefined)
  const close = () => {
    end()
    cache.clear()
  }
  return { cache, asked, data: () => observer.getCurrentResult().data, [Symbol.dispose]: close }
}

describe('what is told while a list is on its way', () => {
  test('makes it be asked for once more, since it may have been read before', async () => {
    using list = watched(['environments'])
    for (let time = 0; time < 3; time += 1) applyChanges(list.cache, [{ kind: 'list', topic: 'environments' }])
    expect(list.asked.length).toBe(1)
    list.asked[0]?.(1)
    await expect.poll(() => list.asked.length).toBe(2)
    expect(list.data()).toBe(1)
    applyChanges(list.cache, [{ kind: 'list', topic: 'environments' }])
    list.asked[1]?.(2)
    await expect.poll(() => list.data()).toBe(2)
    await expect.poll(() => list.asked.length).toBe(3)
  })
  test('of the first hello, which a change before it was not told to, does so too; a run is followed by itself', async () => {
    const hello: ChangeView[] = [{ kind: 'hello', version: '1', startedAt: '2026-11-01T12:00:00.000Z' }]
    const client = {
      async *changes() {
        yield hello
        await new Promise<never>(() => undefined)
      },
    } as unknown as Client
    using list = watched(['access'])
    using graph = watched(['run', 'a', 'graph'])
    for (const { cache, asked } of [list, graph]) {
      startLive(client, cache)
      asked[0]?.(1)
    }
    await expect.poll(() => list.asked.length).toBe(2)
    expect(graph.asked.length).toBe(1)
  })
})

test('lists that tell of runs among other things are asked for at once, and then not for each run', async () => {
  using list = watched(['pipelines', 'list'])
  list.asked[0]?.(1)
  await expect.poll(() => list.data()).toBe(1)
  for (let time = 0; time < 20; time += 1) {
    applyChanges(list.cache, [{ kind: 'run', run: run(String(time)) }])
    list.asked.at(-1)?.(time)
    await new Promise((resolve) => setTimeout(resolve))
  }
  const soon = list.asked.length
  expect(soon).toBe(2)
  await expect.poll(() => list.asked.length).toBe(3)
})

test('a list that is to be read anew when it is next shown is not made fresh by a run', () => {
  const cache = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
  const queryKey = ['runs', 'list', {}]
  cache.setQueryData(queryKey, pagesOf(['9']))
  applyChanges(cache, [{ kind: 'reset' }])
  applyChanges(cache, [{ kind: 'run', run: run('b') }])
  expect(cache.getQueryState(queryKey)?.isInvalidated).toBe(true)
  cache.clear()
})

test('a run that goes on with another makes the page of that one ask where it goes on, once', async () => {
  const cache = new QueryClient()
  const queryKey = ['run', '1', 'graph', 'final']
  let asked = 0
  const queryFn = () => Promise.resolve(asked++ === 0 ? {} : { movedTo: { run: '2', target: 'docker' } })
  const leave = new QueryObserver(cache, { queryKey, queryFn, staleTime: Infinity }).subscribe(() => undefined)
  await expect.poll(() => cache.getQueryData(queryKey)).toEqual({})
  const change: ChangeView = {
    kind: 'run',
    run: { ...run('2', 'running'), movedFrom: { run: '1', target: 'process' } },
  }
  applyChanges(cache, [change])
  await expect.poll(() => cache.getQueryData(queryKey)).toHaveProperty('movedTo')
  applyChanges(cache, [change])
  expect([asked, cache.isFetching()]).toEqual([2, 0])
  leave()
  cache.clear()
})
