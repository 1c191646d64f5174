import { mkdirSync, writeFileSync } from 'node:fs'
import { openPageFixture, expectAccessible } from '#test/support/browser.ts'
import type { Page } from 'playwright-core'
const fixture = await openPageFixture()
const AT = new Date().toISOString()
const all = (await fixture.client.showConformance()).cases
const report = (target: string, status: (i: number) => string) => {
  const cases = all.map(({ name, group, description }, i) => ({ name, group, description, status: status(i), seconds: 1.2, reason: status(i) === 'passed' ? null : 'events: wanted step.finished of b, found step.skipped of b', keys: null, finishedAt: AT }))
  const count = (s: string) => cases.filter((c) => c.status === s).length
  mkdirSync(`${fixture.home}/conformance`, { recursive: true })
  writeFileSync(`${fixture.home}/conformance/${target}.json`, JSON.stringify({ target, version: '0.1.0', startedAt: AT, finishedAt: AT, passed: count('passed'), failed: count('failed'), skipped: count('skipped'), cases }))
}
report('process', (i) => (i === 4 ? 'skipped' : 'passed')); report('docker', (i) => (i === 1 ? 'failed' : 'passed'))
const shot = async (page: Page, name: string) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.waitForTimeout(400)
    await page.screenshot({ path: `/tmp/g/${name}-${colorScheme}.png` })
    await expectAccessible(page).catch((error) => console.log(name, colorScheme, String(error).slice(0, 1500)))
  }
}
const page = await fixture.open({ path: '/settings/conformance' })
await page.waitForTimeout(1500)
await shot(page, 'matrix')
await page.getByRole('button', { name: /^failed: / }).first().click()
await shot(page, 'matrix-drawer')
await page.keyboard.press('Escape')
await page.getByRole('button', { name: 'Run all cases on process' }).click()
await page.waitForTimeout(6000)
await page.setViewportSize({ width: 400, height: 900 })
await shot(page, 'matrix-running')
await page.getByRole('button', { name: 'Cancel on process' }).click()
await page.waitForTimeout(300)
await page.screenshot({ path: '/tmp/g/matrix-stopping.png' })
await fixture.client.setSetting({ key: 'docker.host', value: 'unix:///nowhere/x.sock' })
fixture.pipeline({ steps: { a: { command: ['true'] } } }, 'x'); await fixture.client.addFolder({ path: fixture.folder })
const p = await fixture.open({ path: '/pipelines' })
await p.getByRole('link', { name: 'x', exact: true }).click()
await p.getByRole('radio', { name: /docker/ }).check()
await p.waitForTimeout(600)
await shot(p, 'start-unavailable')
console.log(fixture.takeFaults())
await fixture[Symbol.asyncDispose]()
