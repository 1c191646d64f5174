import Database from 'better-sqlite3'
import type { Locator, Page } from 'playwright-core'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'

const DAY_MS = 86_400_000
const PARAMETERS = { depth: { type: 'integer', default: 4, description: 'How deep' }, kind: { type: 'string' } }
/** Another zone than that of the schedules. */
const CONTEXT = { timezoneId: 'America/New_York', locale: 'en-GB' } as const

describeInBrowser('schedules', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture()
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  const open = (path: string): Promise<Page> => fixture.open({ path, context: CONTEXT })
  const pipeline = (name: string, parameters: object = {}) =>
    fixture.pipeline({ parameters, steps: { work: { command: ['true'] } } }, name)
  const dialog = (page: Page): Locator => page.getByRole('dialog', { name: 'New schedule' })

  test('that are not there yet: the page says what they are and when they run', async () => {
    const page = await open('/schedules')
    await page.getByRole('heading', { name: 'Nothing starts by the clock yet' }).waitFor()
    await page.getByText('Schedules run only while the core runs').waitFor()
    await page.getByText('minisub serve').waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('are made by keyboard alone, with the next times in both zones while one types', async () => {
    const file = pipeline('wine', PARAMETERS)
    const page = await open('/schedules')
    await page.getByRole('button', { name: 'Make the first schedule' }).focus()
    await page.keyboard.press('Enter')
    const form = dialog(page)
    const field = form.getByLabel('Pipeline')
    await expect.poll(() => field.evaluate((it) => it === document.activeElement)).toBe(true)
    await page.keyboard.type(file)
    await form.getByText('Left empty: wine').waitFor()
    await form.getByLabel('When (cron)').focus()
    await page.keyboard.press('Control+A')
    await page.keyboard.type('30 7 * * 1-5')
    await form.getByText('Monday to Friday at 07:30').waitFor()
    await form.getByRole('combobox', { name: 'Time zone' }).focus()
    await page.keyboard.press('Control+A')
    await page.keyboard.type('Tokyo')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await form.getByRole('columnheader', { name: 'Asia/Tokyo' }).waitFor()
    await form.getByRole('columnheader', { name: 'Here (America/New_York)' }).waitFor()
    expect(await form.getByRole('row', { name: /07:30/ }).count()).toBe(5)
    await form.getByRole('radio', { name: /^Replace the old one/ }).focus()
    await page.keyboard.press('Space')
    await form.getByLabel('kind').focus()
    await page.keyboard.type('red')
    await expectAccessibleInBoth(page)
    await page.keyboard.press('Enter')
    await form.waitFor({ state: 'detached' })
    await page.getByRole('alert').getByText('The schedule wine is on').waitFor()
    const [made] = (await fixture.client.listSchedules()).schedules
    expect(made).toMatchObject({
      name: 'wine',
      file,
      cron: '30 7 * * 1-5',
      timeZone: 'Asia/Tokyo',
      overlap: 'replace',
      startingDeadlineSeconds: 600,
      paused: false,
    })
    expect(made?.parameters).toMatchObject({ kind: 'red' })
    await page.context().close()
  })

  test('are listed with words, next times, and a pause that others see too', async () => {
    const [page, other] = [await open('/schedules'), await open('/schedules')]
    const row = page.getByRole('row', { name: /wine/ })
    await row.getByText('Monday to Friday at 07:30').waitFor()
    await row.getByText('30 7 * * 1-5').waitFor()
    await expectAccessibleInBoth(page)
    await row.getByRole('button', { name: /07:30/ }).click()
    const popover = page.getByRole('dialog')
    await popover.getByText('The next times').waitFor()
    expect(await popover.getByRole('row', { name: /07:30/ }).count()).toBe(5)
    await expectAccessibleInBoth(page)
    await page.keyboard.press('Escape')
    await popover.waitFor({ state: 'detached' })

    await row.getByRole('button', { name: 'Pause wine' }).press('Enter')
    await row.getByText('paused', { exact: true }).waitFor()
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
    await expect.poll(focused).toBe('Resume wine')
    await other.getByRole('button', { name: 'Resume wine' }).waitFor()
    await expectAccessibleInBoth(page)
    await other.getByRole('button', { name: 'Resume wine' }).click()
    await row.getByRole('button', { name: 'Pause wine' }).waitFor()
    for (const it of [page, other]) await it.context().close()
  })

  test('that cannot be: the form says why, and keeps what was typed, also when it was closed', async () => {
    const page = await open(`/schedules?file=${encodeURIComponent(pipeline('kept', PARAMETERS))}`)
    const form = dialog(page)
    await form.getByLabel('kind').fill('white')
    await form.getByLabel('depth').fill('deep')
    await form.getByLabel('When (cron)').fill('0 25 * * *')
    await form.getByText(/"25" is no hour/).waitFor()
    await expectAccessibleInBoth(page)
    await form.getByLabel('When (cron)').fill('@daily')
    await form.getByText('Every day at 00:00').waitFor()
    await form.getByRole('button', { name: 'Create schedule' }).click()
    await form.getByRole('alert').getByText(/depth/).waitFor()
    await expectAccessibleInBoth(page)
    await page.keyboard.press('Escape')
    await form.waitFor({ state: 'detached' })
    await page.goBack()
    expect(await form.getByLabel('depth').inputValue()).toBe('deep')
    await form.getByLabel('depth').fill('7')
    await form.getByRole('button', { name: 'Create schedule' }).click()
    await form.waitFor({ state: 'detached' })
    const made = await fixture.client.showSchedule({ schedule: 'kept' })
    expect(made.parameters).toMatchObject({ kind: 'white', depth: 7 })
    await page.context().close()
  })

  test('of a document with faults: each is named with its line', async () => {
    const file = fixture.pipeline({ steps: { work: { command: ['true'], needs: ['nothing'] }, Bad: {} } }, 'faulty')
    const page = await open(`/schedules?file=${encodeURIComponent(file)}`)
    await dialog(page)
      .getByText(/line \d+: /)
      .waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('have an address each, which says what became of every time: missed ones by their range, runs by a link', async () => {
    const file = pipeline('minutely')
    const { id } = await fixture.client.createSchedule({ file, cron: '* * * * *', timeZone: 'Europe/Berlin' })
    await fixture.closeCore()
    lookedAt(fixture.home, id, Date.now() - 30 * DAY_MS)
    await fixture.openCore()
    const page = await open('/schedules')
    await page.getByRole('link', { name: 'minutely' }).click()
    await page.getByRole('heading', { level: 1, name: 'minutely' }).waitFor()
    await page.getByText(/^43,\d{3} times from .* to /).waitFor()
    const started = page.getByRole('row', { name: /started/ }).first()
    await started.getByRole('link', { name: /^Run / }).waitFor()
    await page.getByRole('columnheader', { name: 'Here (America/New_York)' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Pause minutely' }).click()
    await page.getByText('Paused: nothing is due, and nothing is missed.').waitFor()
    await started.getByRole('link', { name: /^Run / }).click()
    await page.waitForURL(/\/runs\/[0-9a-z]{26}/)
    await page.context().close()
  })

  test('are deleted, after a question that says what is lost', async () => {
    const page = await open('/schedules/minutely')
    await page.getByRole('button', { name: 'Delete minutely' }).focus()
    await page.keyboard.press('Enter')
    const question = page.getByRole('dialog', { name: 'Delete the schedule minutely?' })
    await question.getByText(/with the 43,\d{3} that were missed/).waitFor()
    await expectAccessibleInBoth(page)
    await page.keyboard.press('Escape')
    await question.waitFor({ state: 'detached' })
    const remove = page.getByRole('button', { name: 'Delete minutely' })
    await expect.poll(() => remove.evaluate((it) => it === document.activeElement)).toBe(true)
    await page.keyboard.press('Enter')
    const goBack = question.getByRole('button', { name: 'Go back' })
    await expect.poll(() => goBack.evaluate((it) => it === document.activeElement)).toBe(true)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Schedules' }).waitFor()
    await page.getByRole('link', { name: 'wine' }).waitFor()
    expect(await page.getByRole('link', { name: 'minutely' }).count()).toBe(0)
    await page.context().close()
  })

  test('that are gone are said to be', async () => {
    const page = await open('/schedules/minutely')
    await page.getByRole('alert').getByText('There is no such schedule').waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('fit a narrow window: the table alone scrolls sideways', async () => {
    const page = await fixture.open({ path: '/schedules', context: { viewport: { width: 400, height: 700 } } })
    await page.getByRole('link', { name: 'wine' }).waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)).toBe(false)
    await page.context().close()
  })
})

/** As if no core had looked at a schedule since then. */
function lookedAt(home: string, id: string, time: number): void {
  const database = new Database(join(home, 'workbench.db'))
  try {
    const { changes } = database.prepare('UPDATE schedules SET looked_at = ? WHERE id = ?').run(time, id)
    expect(changes).toBe(1)
  } finally {
    database.close()
  }
}
