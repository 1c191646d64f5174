import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '#core/store/index.ts'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'

const MANY = 10_000
const STATUSES = ['succeeded', 'succeeded', 'succeeded', 'failed', 'cancelled']
/** Ids below those of any run of today, in the order of their numbers. */
const idOf = (index: number): string => `01k${String(index).padStart(23, '0')}`

/** Writes finished runs into a data folder as a core of yesterday would have left them. */
function insertRuns(home: string): void {
  using store = openStore(home)
  const insert = store.db.prepare(
    `INSERT INTO runs (id, project, created_by, pipeline, digest, target, status, created_at, started_at, finished_at,
       file, definition, frozen)
     VALUES (?, 'default', 'local', ?, ?, 'process', ?, ?, ?, ?, '/gone/pipeline.yaml', '{}', '{}')`,
  )
  const first = Date.parse('2026-10-01T00:00:00Z')
  store.transaction(() => {
    for (let index = 0; index < MANY; index += 1) {
      const [at, pipeline] = [first + index * 60_000, `pipeline-${index % 7}`]
      const status = STATUSES[index % STATUSES.length]
      insert.run(idOf(index), pipeline, index.toString(16).padStart(64, '0'), status, at, at + 5, at + 5 + index)
    }
  })
}

const list = (page: Page): Locator => page.getByRole('table', { name: 'Runs' })
const linkOf = (page: Page, run: string): Locator => page.locator(`[data-run="${run}"]`)
const rowOf = (page: Page, run: string): Locator =>
  list(page)
    .getByRole('row')
    .filter({ has: linkOf(page, run) })
const scroller = (page: Page): Locator => page.locator('[data-scroll-restoration-id="runs"]')
const searchOf = (page: Page): string => new URL(page.url()).search
const focusedRun = (page: Page) => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['run'])

/** Looks again and again, as long as a busy machine needs. */

describeInBrowser('runs', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture()
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  test('are none at first: the page says how to start one, and the first one appears by itself', async () => {
    const page = await fixture.open({ path: '/runs' })
    await page.getByRole('heading', { name: 'There is no run yet' }).waitFor()
    await page.getByRole('link', { name: 'Go to the pipelines' }).waitFor()
    await expectAccessibleInBoth(page)
    const file = fixture.pipeline({ steps: { one: { command: ['true'] } } }, 'quick')
    const { id } = await fixture.run(file)
    await rowOf(page, id).getByText('succeeded').waitFor()
    expect(await list(page).getAttribute('aria-rowcount')).toBe('2')
    expect(await rowOf(page, id).getAttribute('aria-rowindex')).toBe('2')
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('change in their place: what another client started runs, and is cancelled from its row', async () => {
    const page = await fixture.open({ path: '/runs' })
    await list(page).waitFor()
    const file = fixture.pipeline({ steps: { wait: { command: ['sleep', '600'] } } }, 'slow')
    const { id } = await fixture.client.startRun({ file })
    const row = rowOf(page, id)
    await row.getByText('running').waitFor()
    expect(await row.getAttribute('aria-rowindex')).toBe('2')
    const duration = row.getByRole('cell').nth(5)
    const before = await duration.textContent()
    await expect.poll(() => duration.textContent()).not.toBe(before)
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: `Cancel run ${id}` }).click()
    const question = page.getByRole('dialog', { name: 'Cancel this run?' })
    await expectAccessibleInBoth(page)
    await question.getByRole('button', { name: 'Cancel the run' }).click()
    await row.getByText('cancelled').waitFor()
    await page.context().close()
  })

  test('keep a question open however many come above, and leave the focus alone when one ends', async () => {
    const slow = fixture.pipeline({ steps: { wait: { command: ['sleep', '600'] } } }, 'asked')
    const quick = fixture.pipeline({ steps: { one: { command: ['true'] } } }, 'quick')
    const { id } = await fixture.client.startRun({ file: slow })
    const page = await fixture.open({ path: '/runs' })
    await page.getByRole('button', { name: `Cancel run ${id}` }).click()
    const question = page.getByRole('dialog', { name: 'Cancel this run?' })
    await question.waitFor()
    const rows = () => list(page).getAttribute('aria-rowcount')
    const before = Number(await rows())
    for (let run = 0; run < 40; run += 1) await fixture.client.startRun({ file: quick })
    await expect.poll(async () => Number(await rows())).toBe(before + 40)
    await question.getByRole('button', { name: 'Go back' }).click()
    await question.waitFor({ state: 'hidden' })
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
    await expect.poll(focused).toBe(`Cancel run ${id}`)
    // Where nothing has the focus, nothing takes it.
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    await fixture.client.cancelRun({ run: id })
    await page.getByRole('button', { name: `Cancel run ${id}` }).waitFor({ state: 'detached' })
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)))
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true)
    await page.context().close()
  })

  test('are filtered, and the filters stand in the address', async () => {
    const page = await fixture.open({ path: '/runs' })
    const failing = fixture.pipeline({ steps: { fail: { command: ['false'] } } }, 'failing')
    const { id } = await fixture.run(failing)
    await rowOf(page, id).waitFor()
    await page.getByRole('combobox', { name: 'Status' }).selectOption('failed')
    await expect.poll(() => list(page).getByRole('row').count()).toBe(2)
    expect(searchOf(page)).toBe('?status=failed')
    await page.getByRole('combobox', { name: 'Pipeline' }).selectOption('quick')
    await page.getByRole('heading', { name: 'No run fits the filters' }).waitFor()
    await expectAccessibleInBoth(page)
    // The way back leads through the filters.
    await page.goBack()
    await rowOf(page, id).waitFor()
    expect(searchOf(page)).toBe('?status=failed')
    await page.goForward()
    await page.getByRole('button', { name: 'Clear the filters' }).click()
    await expect.poll(() => searchOf(page)).toBe('')

    const search = page.getByRole('searchbox', { name: 'Search' })
    await search.pressSequentially('fail')
    await expect.poll(() => searchOf(page)).toBe('?search=fail')
    await expect.poll(() => list(page).getByRole('row').count()).toBe(2)
    await search.fill(id.slice(0, 12))
    await expect.poll(() => list(page).getByRole('row').count()).toBe(2)
    await expect.poll(() => searchOf(page)).toBe(`?search=${id.slice(0, 12)}`)
    // A copy of the address shows the same.
    await page.reload()
    await expect.poll(() => search.inputValue()).toBe(id.slice(0, 12))
    await rowOf(page, id).waitFor()
    // One that somebody typed may look like a number.
    await page.goto(`${fixture.url}/runs?search=42`)
    await expect.poll(() => search.inputValue()).toBe('42')
    await page.context().close()
  })

  test('come under a filter, and go from it, as they change', async () => {
    const page = await fixture.open({ path: '/runs?status=running' })
    await page.getByRole('heading', { name: 'No run fits the filters' }).waitFor()
    const { id } = await fixture.client.startRun({ file: join(fixture.folder, 'slow.yaml') })
    await rowOf(page, id).waitFor()
    await fixture.client.cancelRun({ run: id })
    await page.getByRole('heading', { name: 'No run fits the filters' }).waitFor()
    await page.context().close()
  })

  test('are reached by the arrow keys, and opened by Enter or a click', async () => {
    const page = await fixture.open({ path: '/runs' })
    await list(page).waitFor()
    const { runs } = await fixture.client.listRuns({ limit: 1000 })
    const id = (index: number) => runs[index]?.id ?? ''
    await page.getByRole('combobox', { name: 'Pipeline' }).focus()
    await page.keyboard.press('Tab')
    expect(await focusedRun(page)).toBe(id(0))
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => focusedRun(page)).toBe(id(1))
    await page.keyboard.press('End')
    await expect.poll(() => focusedRun(page)).toBe(runs.at(-1)?.id)
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => focusedRun(page)).toBe(id(1))
    await page.keyboard.press('Enter')
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/runs/${id(1)}`)
    await page.goBack()
    await rowOf(page, id(2)).getByRole('cell').nth(2).click()
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/runs/${id(2)}`)
    await page.context().close()
  })

  test('are fresh after the core was started anew, without loading the page again', async () => {
    const page = await fixture.open({ path: '/runs' })
    await list(page).waitFor()
    await page.evaluate(() => Object.assign(window, { isSamePage: true }))
    await fixture.closeCore()
    await page.getByText('The core does not answer').waitFor()
    await expectAccessibleInBoth(page)
    await fixture.openCore()
    const { id } = await fixture.run(join(fixture.folder, 'quick.yaml'))
    await page.getByText('The core does not answer').waitFor({ state: 'detached' })
    await rowOf(page, id).getByText('succeeded').waitFor()
    expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true)
    await page.context().close()
  })

  test('can be read in a narrow window', async () => {
    const page = await fixture.open({ path: '/runs', context: { viewport: { width: 400, height: 800 } } })
    await list(page).waitFor()
    await expectAccessibleInBoth(page)
    const width = await scroller(page).evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)
    expect(width).toBe(0)
    await page.context().close()
  })
})

describeInBrowser('ten thousand runs', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture(insertRuns)
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  test('are scrolled to the end without a blank, and few rows are drawn', async () => {
    const page = await fixture.open({ path: '/runs' })
    await linkOf(page, idOf(MANY - 1)).waitFor()
    expect(await list(page).getAttribute('aria-rowcount')).toBe('-1')
    const figures = await scrollToEnd(page)
    expect(await list(page).getAttribute('aria-rowcount')).toBe(String(MANY + 1))
    await linkOf(page, idOf(0)).waitFor()
    expect(await rowOf(page, idOf(0)).getAttribute('aria-rowindex')).toBe(String(MANY + 1))
    expect(figures.mostRows).toBeLessThan(80)
    expect(figures.blankFrames).toBe(0)
    await expectAccessibleInBoth(page)

    // New runs do not move what is read; a button leads to them.
    await scroller(page).evaluate((element) => element.scrollTo({ top: 4_000 }))
    const place = () => linkOf(page, idOf(MANY - 1 - 102)).evaluate((element) => element.getBoundingClientRect().top)
    await linkOf(page, idOf(MANY - 1 - 102)).waitFor()
    const before = await place()
    const file = fixture.pipeline({ steps: { one: { command: ['true'] } } })
    const { id } = await fixture.run(file)
    await fixture.run(file)
    const fresh = page.getByRole('button', { name: '2 new runs' })
    await fresh.waitFor()
    await expect.poll(place).toBe(before)
    await expectAccessibleInBoth(page)
    await fresh.click()
    await rowOf(page, id).waitFor()
    expect(await scroller(page).evaluate((element) => element.scrollTop)).toBe(0)
    await fresh.waitFor({ state: 'detached' })
    await page.context().close()
  })

  test('keep the place of who looks at a run and comes back', async () => {
    const page = await fixture.open({ path: '/runs' })
    await list(page).waitFor()
    await scroller(page).evaluate((element) => element.scrollTo({ top: 6_000 }))
    const run = idOf(MANY - 1 - 155)
    await linkOf(page, run).click()
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/runs/${run}`)
    await page.goBack()
    await linkOf(page, run).waitFor()
    expect(await scroller(page).evaluate((element) => element.scrollTop)).toBe(6_000)
    await page.context().close()
  })

  test('have a focus that stays with its run, wherever the list is scrolled to', async () => {
    const page = await fixture.open({ path: '/runs' })
    const first = (await fixture.client.listRuns({ limit: 1 })).runs[0]?.id ?? ''
    await linkOf(page, first).focus()
    await scroller(page).evaluate((element) => element.scrollTo({ top: 12_000 }))
    await linkOf(page, idOf(MANY - 300)).waitFor()
    expect(await focusedRun(page)).toBe(first)
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => scroller(page).evaluate((element) => element.scrollTop)).toBeLessThan(100)
    await page.context().close()
  })
})

type Figures = {
  /** Frames without a row in the middle of the list. */
  readonly blankFrames: number
  readonly mostRows: number
}

/** Scrolls by 15 rows in each frame until there is nothing more. */
async function scrollToEnd(page: Page): Promise<Figures> {
  return scroller(page).evaluate(async (element) => {
    const { left, top, width, height } = element.getBoundingClientRect()
    const hasRow = () => document.elementFromPoint(left + width / 2, top + height / 2)?.closest('tbody tr') != null
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
    let [mostRows, blankFrames] = [0, 0]
    for (;;) {
      element.scrollTop += 600
      await frame()
      mostRows = Math.max(mostRows, element.querySelectorAll('tbody tr').length)
      if (!hasRow()) blankFrames += 1
      const isAll = element.querySelector('table')?.ariaRowCount !== '-1'
      if (isAll && element.scrollTop + element.clientHeight >= element.scrollHeight - 1) break
    }
    return { blankFrames, mostRows }
  })
}
