import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CaseStatus, ConformanceReport } from '#core/contract/conformance.ts'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'
import { withoutEngine } from '#test/support/without-engine.ts'

const AT = '2026-11-26T12:00:00.000Z'
const REASON = 'events: wanted step.finished of b, found step.skipped of b'

describeInBrowser('conformance', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture(withoutEngine)
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  const open = async (viewport = { width: 1280, height: 900 }): Promise<Page> => {
    const page = await fixture.open({ path: '/settings/conformance', context: { viewport } })
    await page.getByRole('table', { name: 'Cases by target' }).waitFor()
    return page
  }
  /** Leaves a report as an earlier comparison does. */
  const report = (target: string, ends: Readonly<Record<string, CaseStatus>>) => {
    const cases = Object.entries(ends).map(([name, status]) => ({
      name,
      group: 'edges',
      description: 'A case',
      status,
      seconds: 1.25,
      finishedAt: AT,
      reason: status === 'passed' ? null : status === 'failed' ? REASON : 'process does not enforce memory here',
      // Others would make a case fail that is played later.
      keys: null,
    }))
    const count = (wanted: CaseStatus) => cases.filter(({ status }) => status === wanted).length
    const counts = { passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
    const content: ConformanceReport = { target, version: '0.1.0', startedAt: AT, finishedAt: AT, ...counts, cases }
    const folder = join(fixture.home, 'conformance')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `${target}.json`), JSON.stringify(content))
  }
  const card = (page: Page, target: string) => page.getByRole('region', { name: target, exact: true })

  test('was shown nowhere yet: the page lists the cases, and says the command', async () => {
    const page = await open()
    await page.getByText('minisub conformance --target docker').waitFor()
    await card(page, 'process').getByText('Not compared yet.').waitFor()
    await card(page, 'docker')
      .getByText(/no-engine\.sock/)
      .waitFor()
    expect(await page.getByRole('button', { name: 'Run all cases on docker' }).isDisabled()).toBe(true)
    await page.getByRole('rowheader', { name: /^diamond / }).waitFor()
    await page.getByText(/^(\d+) of \1 cases$/).waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('is a matrix of cases and targets by word and icon; the reason of each is in a drawer', async () => {
    report('process', { plain: 'passed', diamond: 'failed' })
    report('docker', { plain: 'passed', diamond: 'passed', 'needs-failed': 'skipped' })
    const page = await open()
    await card(page, 'process').getByText('1 passed, 1 failed, 0 skipped').waitFor()
    await card(page, 'docker').getByText('2 passed, 0 failed, 1 skipped').waitFor()
    const failed = page.getByRole('button', { name: 'failed: diamond on process' })
    await failed.focus()
    await page.keyboard.press('Enter')
    const drawer = page.getByRole('dialog', { name: 'diamond on process' })
    await drawer.getByText(REASON).waitFor()
    await expectAccessibleInBoth(page)
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
    await expect.poll(() => failed.evaluate((it) => it === document.activeElement)).toBe(true)
    await page.getByRole('button', { name: 'skipped: needs-failed on docker' }).click()
    await page.getByText('Why it was skipped').waitFor()
    await page.context().close()
  })

  test('is narrowed to failures and by words, in the address, on a narrow screen too', async () => {
    const page = await open({ width: 400, height: 900 })
    await page.getByRole('radio', { name: 'All cases' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.getByText(/^1 of \d+ cases$/).waitFor()
    await page.getByRole('rowheader', { name: /^diamond / }).waitFor()
    expect(new URL(page.url()).searchParams.get('only')).toBe('failures')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400)
    await expectAccessibleInBoth(page)
    await page.getByRole('textbox', { name: 'Search the cases' }).fill('nothing like it')
    await page.getByText('No case fits.').waitFor()
    await page.context().close()
  })

  test('is shown anew for those that failed, by the real suite', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Only the 1 that failed' }).click()
    await card(page, 'process').getByText('2 passed, 0 failed, 0 skipped').waitFor()
    await page.getByRole('button', { name: 'passed: diamond on process' }).waitFor()
    await page.context().close()
  })

  test('is followed while it goes on, also by who comes back to the page, and cancelled', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Run all cases on process' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('progressbar', { name: 'Cases on process' }).waitFor()
    await page
      .getByText(/^[1-9]\d* of \d+ cases, \d+ failed$/)
      .first()
      .waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('link', { name: 'All settings' }).click()
    await page.getByRole('link', { name: 'Show the matrix' }).click()
    await page.getByRole('button', { name: 'Cancel on process' }).click()
    await page.getByRole('button', { name: 'Run all cases on process' }).waitFor()
    await expect.poll(async () => (await fixture.client.showConformance()).running).toEqual([])
    // What was given up left the earlier report as it was.
    await card(page, 'process').getByText('2 passed, 0 failed, 0 skipped').waitFor()
    await page.context().close()
  })
})
