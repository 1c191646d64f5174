import { expect, test } from 'vitest'
import { cachedPages } from './tracked-pages.ts'

type Page = { readonly total: number | null; readonly runs: readonly { readonly status: string }[] }

/** Reads two pages of a list as a query does it, and says which of them were asked for. */
async function reader() {
  const clock = { now: 0 }
  const pages = cachedPages<Page>(() => clock.now)
  const asked: string[] = []
  const state = { total: 2_000, second: 'FINISHED' }
  const read = async (of = 'all') => {
    asked.length = 0
    for (const page of ['', 'two']) {
      await pages.read({ of, page }, async () => {
        asked.push(page)
        return page === ''
          ? { total: state.total, runs: [{ status: 'RUNNING' }] }
          : { total: null, runs: [{ status: state.second }] }
      })
    }
    return asked.join(',')
  }
  expect(await read()).toBe(',two')
  return { clock, pages, state, read }
}

test('a page after the first is kept while as many runs fit, for a while', async () => {
  const { clock, read } = await reader()
  expect(await read()).toBe('')
  clock.now = 25_000
  expect(await read()).toBe(',two')
})

test('it is asked for again when runs came or went, when the search is another, and after a change from here', async () => {
  const { pages, state, read } = await reader()
  state.total += 1
  expect(await read()).toBe(',two')
  expect(await read('others')).toBe(',two')
  expect(await read('others')).toBe('')
  pages.forget()
  expect(await read('others')).toBe(',two')
})

test('it is never kept while a run of it goes on', async () => {
  const { pages, state, read } = await reader()
  state.second = 'RUNNING'
  pages.forget()
  expect(await read()).toBe(',two')
  expect(await read()).toBe(',two')
})
