import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'

/** Holds 64 MB for some seconds, of which it works about half. */
const WORK = `import sys, time
held = b'1' * 64_000_000
end = time.time() + float(sys.argv[1])
while time.time() < end:
  until = time.time() + 0.1
  while time.time() < until: pass
  time.sleep(0.1)
`
const step = (seconds: number) => ({
  command: ['python3', '-c', WORK, String(seconds)],
  resources: { cpu: 2, memory: '256Mi' },
})

const PRICES = `currency: EUR
default: { coreHour: 36, gibHour: 0, wattsPerCore: 3600 }
`

describeInBrowser('the resources of a step', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture()
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  const chart = (page: Page, name: string) => page.getByRole('img', { name: new RegExp(`^${name} over time: up to`) })

  test('are drawn over time with the limit, said in words, and told as a table', async () => {
    const run = await fixture.run(fixture.pipeline({ steps: { work: step(4), quick: { command: ['true'] } } }))
    const page = await fixture.open({ path: `/runs/${run.id}?step=work&tab=resources` })
    await chart(page, 'CPU').waitFor()
    const memory = (await chart(page, 'Memory').getAttribute('aria-label')) ?? ''
    expect(memory).toMatch(/^Memory over time: up to [\d.]+ MB, [\d.]+ MB on average, by \d+ looks in [\d.]+ s; dashed/)
    expect(memory).toContain('268 MB')
    const facts = page.getByRole('table', { name: 'What it used as a whole' })
    await facts.getByText(/^[\d.]+ s, [\d.]+ cores on average$/).waitFor()
    await facts.getByRole('row', { name: /^Outputs 0 B/ }).waitFor()
    await expectAccessibleInBoth(page)
    await page.getByText('Show as a table').click()
    const table = page.getByRole('table', { name: 'CPU and memory over time' })
    expect(await table.getByRole('row').count()).toBeGreaterThanOrEqual(4)
    await table
      .getByText(/^[\d.]+ MB$/)
      .first()
      .waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('cost and draw what a price file says, and without one have no such columns', async () => {
    const [run] = (await fixture.client.listRuns({ limit: 1 })).runs
    const page = await fixture.open({ path: `/runs/${run?.id ?? ''}?view=usage` })
    const table = page.getByRole('table', { name: 'Usage of the steps' })
    const headOf = () => table.getByRole('columnheader').allInnerTexts()
    await table.waitFor()
    expect(await headOf()).not.toContain('Cost')
    await page.getByRole('row', { name: /^Prices no price file/ }).waitFor()
    await expectAccessibleInBoth(page)
    writeFileSync(join(fixture.home, 'prices.yaml'), PRICES)
    await page.reload()
    await table.waitFor()
    expect((await headOf()).slice(-2)).toEqual(['Cost', 'Energy'])
    // 2 cores for 4 s, at 36 EUR an hour.
    await table.getByRole('row', { name: /^work .* 0\.0[89]\d* EUR [\d.]+ Wh$/ }).waitFor()
    await page.getByRole('row', { name: /^Cost 0\.\d+ EUR$/ }).waitFor()
    await page.getByRole('row', { name: /^Energy [\d.]+ Wh$/ }).waitFor()
    await expectAccessibleInBoth(page)
    await page.setViewportSize({ width: 400, height: 1200 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400)
    await page.context().close()
  })

  test('are drawn as wide as there is room, in the colours of now', async () => {
    const [run] = (await fixture.client.listRuns({ limit: 1 })).runs
    const page = await fixture.open({ path: `/runs/${run?.id ?? ''}?step=work&tab=resources` })
    const canvas = chart(page, 'CPU').locator('canvas')
    const width = async () => (await canvas.boundingBox())?.width ?? 0
    await canvas.waitFor()
    const before = await width()
    const picture = () => canvas.evaluate((it: HTMLCanvasElement) => it.toDataURL())
    const light = await picture()
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect.poll(picture).not.toBe(light)
    await page.setViewportSize({ width: 400, height: 800 })
    await expect.poll(width).toBeLessThan(before)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400)
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('of a step that was too short are figures alone, and it is said why', async () => {
    const [run] = (await fixture.client.listRuns({ limit: 1 })).runs
    const page = await fixture.open({ path: `/runs/${run?.id ?? ''}?step=quick` })
    await page.getByRole('tab', { name: 'Overview' }).focus()
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await page.getByText('It was too short for a curve').waitFor()
    expect(new URL(page.url()).searchParams.get('tab')).toBe('resources')
    await page.getByRole('table', { name: 'What it used as a whole' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('are drawn on while the step runs', async () => {
    const { id } = await fixture.client.startRun({ file: fixture.pipeline({ steps: { work: step(60) } }, 'live') })
    const page = await fixture.open({ path: `/runs/${id}?step=work&tab=resources` })
    await page.getByText('known when it is over').first().waitFor()
    const looks = async () => {
      const label = await chart(page, 'CPU').getAttribute('aria-label')
      return Number(/by (\d+) looks/.exec(label ?? '')?.[1])
    }
    await chart(page, 'CPU').waitFor()
    const before = await looks()
    await expect.poll(looks).toBeGreaterThan(before + 1)
    await fixture.client.cancelRun({ run: id })
    await page.getByRole('row', { name: /^Peak memory [\d.]+ MB/ }).waitFor()
    await page.context().close()
  })

  test('of each attempt are chosen, and the choice is in the address', async () => {
    const file = fixture.pipeline({ steps: { work: { command: ['false'], retry: { limit: 1 } } } }, 'twice')
    const run = await fixture.run(file)
    const page = await fixture.open({ path: `/runs/${run.id}?step=work&tab=resources` })
    await page.getByLabel('Attempt').selectOption({ label: 'Attempt 1: failed' })
    await expect.poll(() => new URL(page.url()).searchParams.get('attempt')).toBe('1')
    await expectAccessibleInBoth(page)
    await page.context().close()
  })
})
