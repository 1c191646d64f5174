import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { bridgeCalls, lendBridge, setBridge } from '#test/support/desktop-bridge.ts'
import { describeInBrowser } from '#test/support/requirements.ts'
import { withoutEngine } from '#test/support/without-engine.ts'

describeInBrowser('the page in the desktop app', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture(withoutEngine)
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()
  const openApp = async (path: string): Promise<Page> => fixture.open({ path, prepare: lendBridge() })
  const note = (page: Page, text: RegExp | string) => page.getByRole('alert').filter({ hasText: text })
  const place = (page: Page, name: string) =>
    page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name })
  const openAdding = async (page: Page): Promise<Locator> => {
    await page.getByRole('button', { name: 'Add a folder' }).click()
    return page.getByRole('dialog').getByRole('textbox', { name: 'Path' })
  }
  const openImport = async (page: Page): Promise<Locator> => {
    await page.getByRole('button', { name: 'Import…' }).click()
    return page.getByRole('dialog').getByRole('textbox', { name: 'Path' })
  }
  const openSchedule = async (page: Page): Promise<Locator> => {
    await page.getByRole('button', { name: 'New schedule' }).click()
    return page.getByRole('dialog').getByRole('combobox', { name: 'Pipeline' })
  }

  test.each([
    ['a folder to add', '/pipelines', openAdding, 'chooseFolder'],
    ['a folder to import', '/experiments', openImport, 'chooseFolder'],
    ['a pipeline to schedule', '/schedules', openSchedule, 'choosePipeline'],
  ])('has %s chosen in a dialog of the system, by keyboard', async (_, path, open, verb) => {
    const page = await openApp(path)
    const field = await open(page)
    await field.fill('/typed')
    const button = page.getByRole('dialog').getByRole('button', { name: /^Choose… a/ })
    await expectAccessibleInBoth(page)
    await field.press('Tab')
    await expect.poll(() => button.evaluate((it) => it === document.activeElement)).toBe(true)
    await page.keyboard.press('Enter')
    await expect.poll(() => bridgeCalls(page)).toEqual([{ verb }])
    // It was given up.
    expect(await field.inputValue()).toBe('/typed')

    await setBridge(page, { chosen: fixture.folder })
    await page.keyboard.press('Enter')
    await expect.poll(() => field.inputValue()).toBe(fixture.folder)
    await expect.poll(() => button.evaluate((it) => it === document.activeElement)).toBe(true)

    await setBridge(page, { fault: 'no dialog here' })
    await button.click()
    await note(page, /Nothing could be chosen.*no dialog here/s).waitFor()
    expect(await field.inputValue()).toBe(fixture.folder)
    await page.context().close()
  })

  test('opens links in a window of their own as a browser does: middle button, Ctrl, Shift, Ctrl and Enter', async () => {
    const page = await openApp('/settings')
    await heading(page, 'Settings')
    await place(page, 'Runs').click({ button: 'middle' })
    await place(page, 'Models').click({ modifiers: ['Control'] })
    await place(page, 'Schedules').click({ modifiers: ['Shift'] })
    await place(page, 'Pipelines').focus()
    await page.keyboard.press('Control+Enter')
    const windows = ['/runs', '/models', '/schedules', '/pipelines'].map((path) => ({ verb: 'newWindow', path }))
    await expect.poll(() => bridgeCalls(page)).toEqual(windows)
    expect(page.context().pages()).toHaveLength(1)
    expect(new URL(page.url()).pathname).toBe('/settings')
    await place(page, 'Runs').click()
    await heading(page, 'Runs')
    expect(await bridgeCalls(page)).toHaveLength(4)
    await page.context().close()
  })

  test('opens a run of the list in a window of its own, and says when none comes', async () => {
    const run = await fixture.run(fixture.pipeline({ steps: { a: { command: ['true'] } } }, 'windows'))
    const page = await openApp('/runs')
    const link = page.getByRole('link', { name: run.id.slice(0, 14) })
    await link.click({ modifiers: ['Control'] })
    await expect.poll(() => bridgeCalls(page)).toEqual([{ verb: 'newWindow', path: `/runs/${run.id}` }])
    await setBridge(page, { fault: 'too many windows' })
    await link.click({ button: 'middle' })
    await note(page, /No window was opened.*too many windows/s).waitFor()
    expect(page.context().pages()).toHaveLength(1)
    await page.context().close()
  })

  test('opens the page that is shown in a new window by the palette', async () => {
    const page = await openApp('/runs?search=wine')
    await heading(page, 'Runs')
    await page.keyboard.press('Control+K')
    await page.getByRole('textbox', { name: 'Go to' }).fill('new window')
    await page.getByText('The page that is shown now').waitFor()
    await expectAccessibleInBoth(page)
    await page.keyboard.press('Enter')
    await expect.poll(() => bridgeCalls(page)).toEqual([{ verb: 'newWindow', path: '/runs?search=wine' }])
    await page.context().close()
  })

  test('says in the settings that it is the app, and shows its logs', async () => {
    const page = await openApp('/settings')
    await page.getByText('It is one of the desktop app').waitFor()
    await page.getByRole('button', { name: 'Show the logs' }).click()
    await expect.poll(() => bridgeCalls(page)).toEqual([{ verb: 'showLogs' }])
    await setBridge(page, { fault: 'no file manager' })
    await page.getByRole('button', { name: 'Show the logs' }).click()
    await note(page, /The logs were not shown.*no file manager/s).waitFor()
    await page.context().close()
  })

  test('says that the core is started again while it is away, and shows the logs', async () => {
    const page = await openApp('/runs')
    await heading(page, 'Runs')
    await fixture.closeCore()
    await page.getByText(/The app starts the core again/).waitFor()
    expect(await page.getByText('minisub open').count()).toBe(0)
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Show the logs' }).click()
    await expect.poll(() => bridgeCalls(page)).toEqual([{ verb: 'showLogs' }])
    await fixture.openCore()
    await page.getByText(/The app starts the core again/).waitFor({ state: 'detached' })
    await page.context().close()
  })

  test('offers to sign in again where its session is over', async () => {
    const page = await openApp('/runs')
    await heading(page, 'Runs')
    const other = await page.context().newPage()
    await other.goto(`${fixture.url}/settings`)
    await other.getByRole('button', { name: 'Sign out' }).click()
    await other.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('This window may no longer talk to the core').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Sign in again' }).click()
    await expect.poll(() => bridgeCalls(page)).toEqual([{ verb: 'signIn' }])
    await page.reload()
    await page.getByRole('heading', { name: 'This window has no session' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Sign in again' }).click()
    await expect.poll(() => bridgeCalls(page)).toEqual([{ verb: 'signIn' }])
    await page.context().close()
  })
})

describeInBrowser('the page in a browser', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture(withoutEngine)
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  test('has no dialogs of the system, no logs and no windows of the app', async () => {
    const page = await fixture.open({ path: '/pipelines' })
    await page.getByRole('button', { name: 'Add a folder' }).click()
    await page.getByRole('dialog').getByRole('textbox', { name: 'Path' }).waitFor()
    expect(await page.getByRole('button', { name: /^Choose…/ }).count()).toBe(0)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('Control+K')
    await page.getByRole('textbox', { name: 'Go to' }).fill('window')
    await page.getByText('Nothing has this name').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Settings' }).click()
    await page.getByRole('heading', { name: 'About' }).waitFor()
    expect(await page.getByRole('button', { name: 'Show the logs' }).count()).toBe(0)
    await page.context().close()
  })

  test('leaves a click with Ctrl and the middle button to the browser', async () => {
    const page = await fixture.open({ path: '/settings' })
    const runs = page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Runs' })
    const opened = async (click: Promise<void>): Promise<void> => {
      const [tab] = await Promise.all([page.context().waitForEvent('page'), click])
      await tab.waitForURL(`${fixture.url}/runs`)
    }
    await opened(runs.click({ modifiers: ['Control'] }))
    await opened(runs.click({ button: 'middle' }))
    expect(new URL(page.url()).pathname).toBe('/settings')
    await page.context().close()
  })

  test('has the settings of the app, what it does on closing as a choice of three', async () => {
    const page = await fixture.open({ path: '/settings' })
    const section = page.getByRole('region', { name: 'Desktop app' })
    const closing = section.getByRole('radiogroup', { name: 'desktop.closing' })
    await closing.waitFor()
    expect(
      await closing.getByRole('radio').evaluateAll((all) => all.map((it) => (it as HTMLInputElement).value)),
    ).toEqual(['ask', 'keep', 'quit'])
    await expectAccessibleInBoth(page)
    await closing.getByRole('radio', { name: 'ask' }).focus()
    await page.keyboard.press('ArrowRight')
    const kept = () => JSON.parse(readFileSync(join(fixture.home, 'settings.json'), 'utf8')) as Record<string, unknown>
    await expect.poll(() => kept()['desktop.closing']).toBe('keep')
    await section.getByText('From the file.').waitFor()
    expect(await closing.getByRole('radio', { name: 'keep' }).isChecked()).toBe(true)
    await section.getByRole('button', { name: 'Reset desktop.closing' }).click()
    await expect.poll(() => closing.getByRole('radio', { name: 'ask' }).isChecked()).toBe(true)
    await section.getByRole('switch', { name: 'desktop.updates' }).check()
    await expect.poll(() => kept()['desktop.updates']).toBe(true)
    await page.context().close()
  })
})
