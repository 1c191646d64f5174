import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'
import { withoutEngine } from '#test/support/without-engine.ts'

describeInBrowser('the target of a run', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture(withoutEngine)
    fixture.pipeline({ parameters: { depth: { type: 'integer', default: 3 } }, steps: { one: { command: ['true'] } } })
    await fixture.client.addFolder({ path: fixture.folder })
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  const open = async (viewport = { width: 1280, height: 900 }): Promise<Page> => {
    const page = await fixture.open({ path: '/pipelines', context: { viewport } })
    await page.getByRole('link', { name: 'page', exact: true }).click()
    await page.getByRole('radio', { name: 'process' }).waitFor()
    return page
  }
  const runCount = async () => (await fixture.client.listRuns()).runs.length

  test('is process where nobody chose; one that is unavailable says why beside its name', async () => {
    const page = await open()
    expect(await page.getByRole('radio', { name: 'process' }).isChecked()).toBe(true)
    const docker = page.getByRole('radio', { name: 'docker (unavailable)' })
    await docker.waitFor()
    await page.getByText(/no-engine\.sock/).waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('that is unavailable starts nothing, by keyboard alone; another does, and its run says where it was', async () => {
    const page = await open({ width: 400, height: 900 })
    await page.getByRole('radio', { name: 'process' }).focus()
    await page.keyboard.press('ArrowDown')
    const warning = page.getByRole('alert').filter({ hasText: 'docker is unavailable' })
    await warning.waitFor()
    await expectAccessibleInBoth(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400)
    const before = await runCount()
    await page.getByRole('button', { name: 'Run', exact: true }).focus()
    await page.keyboard.press('Enter')
    const docker = page.getByRole('radio', { name: 'docker (unavailable)' })
    await expect.poll(() => docker.evaluate((it) => it === document.activeElement)).toBe(true)
    expect(await runCount()).toBe(before)
    await page.keyboard.press('ArrowUp')
    await warning.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Run', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'State of the run' }).getByText('Target process').waitFor()
    expect(await runCount()).toBe(before + 1)
    await page.context().close()
  })

  test('is remembered in this browser, and is that of the run where one runs again', async () => {
    const page = await open()
    await page.getByRole('radio', { name: 'docker (unavailable)' }).check()
    await page.reload()
    await page.getByRole('alert').filter({ hasText: 'docker is unavailable' }).waitFor()
    expect(await page.getByRole('radio', { name: 'docker (unavailable)' }).isChecked()).toBe(true)
    const [run] = (await fixture.client.listRuns({ limit: 1 })).runs
    await page.goto(`${fixture.url}/runs/${run?.id ?? ''}`)
    await page.getByRole('link', { name: 'Run again with changes' }).click()
    await page.getByText('As in an earlier run').waitFor()
    await expect.poll(() => page.getByRole('radio', { name: 'process' }).isChecked()).toBe(true)
    await page.context().close()
  })

  test('is part of a schedule: one that is unavailable now may be there by then', async () => {
    const page = await open()
    await page.getByRole('link', { name: 'Schedule…' }).click()
    const form = page.getByRole('dialog', { name: 'New schedule' })
    await form.getByRole('radio', { name: 'docker (unavailable)' }).check()
    await form.getByText('A time at which it still is unavailable fails').waitFor()
    await expectAccessibleInBoth(page)
    await form.getByRole('button', { name: 'Create schedule' }).click()
    await form.waitFor({ state: 'detached' })
    await expect
      .poll(async () => (await fixture.client.listSchedules()).schedules.map(({ target }) => target))
      .toEqual(['docker'])
    await page.getByRole('link', { name: 'page', exact: true }).first().click()
    await page.getByRole('row', { name: 'Target docker' }).waitFor()
    await page.context().close()
  })

  test('is looked at again when the settings name another engine', async () => {
    const page = await open()
    await page.getByText(/no-engine\.sock/).waitFor()
    await fixture.client.setSetting({ key: 'docker.host', value: 'unix:///nowhere/other.sock' })
    await page.getByText(/other\.sock/).waitFor()
    await page.context().close()
  })
})
