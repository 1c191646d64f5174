import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'

describeInBrowser('shortcuts', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture()
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  const open = async (): Promise<Page> => {
    const page = await fixture.open({ path: '/settings' })
    await heading(page, 'Settings')
    return page
  }
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()

  test('go to each place', async () => {
    const page = await open()
    const places = { p: 'Pipelines', r: 'Runs', s: 'Schedules', e: 'Environments', t: 'Settings' }
    for (const [key, place] of Object.entries(places)) {
      await page.keyboard.press('g')
      await page.keyboard.press(key)
      await heading(page, place)
    }
    await page.context().close()
  })

  test('are all on one sheet, which a key opens and Escape closes', async () => {
    const page = await open()
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await sheet.getByRole('cell', { name: 'Go to the runs' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.keyboard.press('g')
    await page.keyboard.press('r')
    expect(new URL(page.url()).pathname).toBe('/settings')
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
    await page.context().close()
  })

  test('are text in a field', async () => {
    const page = await open()
    const field = page.getByLabel('Name of a new token')
    await field.focus()
    await page.keyboard.type('gr?')
    expect(await field.inputValue()).toBe('gr?')
    expect(new URL(page.url()).pathname).toBe('/settings')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.context().close()
  })

  test('can be switched off, and then are still listed', async () => {
    const page = await open()
    await page.getByRole('switch', { name: /Shortcuts of letters/ }).uncheck()
    await page.keyboard.press('g')
    await page.keyboard.press('r')
    await page.keyboard.press('?')
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(new URL(page.url()).pathname).toBe('/settings')
    await page.getByRole('button', { name: 'Show all shortcuts' }).click()
    await page.getByText('Those without Ctrl are switched off').waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })
})
