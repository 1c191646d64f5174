import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { labProfile } from '#test/support/lab-target.ts'
import { describeInBrowser, describeWithKubernetes, lab } from '#test/support/requirements.ts'

const UNIQUE = Date.now().toString(36)
const NAME = `push-page-${UNIQUE}`
const make = { command: ['python3', 'make.py'], files: ['make.py'], outputs: { n: { type: 'integer' } } }
const read = {
  command: ['sh', '-c', 'cat "$MINISUB_INPUTS/n"'],
  inputs: { n: '${{ steps.make.outputs.n }}' },
  resources: { cpu: 0.1, memory: '64Mi' },
}
const greedy = { steps: { train: { command: ['true'], resources: { gpu: 100 } } } }
const code = (n: number) => `import os, pathlib\npathlib.Path(os.environ['MINISUB_OUTPUTS'], 'n').write_text('${n}')\n`

const shot = async (page: Page, name: string) => { await page.screenshot({ path: `/tmp/shots-push/${name}.png` }) }

describeInBrowser('a push to a cluster', () => {
  describeWithKubernetes('on the page', () => {
    let fixture: PageFixture
    beforeAll(async () => {
      fixture = await openPageFixture()
      const { client, folder } = fixture
      const profile = labProfile(NAME)
      const { accessKey, secretKey } = profile.artifacts
      await client.setSetting({ key: 'docker.defaultImage', value: 'python:3.11-slim' }).catch(() => undefined)
      await client.setSecret({ name: accessKey.secret, key: accessKey.key, value: lab.accessKey })
      await client.setSecret({ name: secretKey.secret, key: secretKey.key, value: lab.secretKey })
      await client.addTarget({ name: 'lab', profile })
      writeFileSync(join(folder, 'make.py'), code(1))
      fixture.pipeline({ steps: { make, read } }, NAME)
      fixture.pipeline(greedy, `${NAME}-greedy`)
      await client.addFolder({ path: folder })
    })
    afterAll(() => fixture[Symbol.asyncDispose]())

    /** The page of a pipeline, with the lab chosen. */
    const open = async (name: string): Promise<Page> => {
      const page = await fixture.open({ path: '/pipelines' })
      await page.getByRole('link', { name, exact: true }).click()
      await page.getByRole('radio', { name: 'lab', exact: true }).check()
      return page
    }
    const plan = async (page: Page): Promise<Locator> => {
      await page.getByRole('button', { name: 'Plan a push' }).click()
      const dialog = page.getByRole('dialog', { name: 'Push to lab' })
      await dialog.locator('[data-verdict]').waitFor()
      return dialog
    }

    test('explore', async () => {
      const page = await open(NAME)
      await page.getByRole('button', { name: 'Plan a push' }).waitFor()
      await shot(page, '00-form')
      const dialog = await plan(page)
      await page.waitForTimeout(500)
      await shot(page, '01-light')
      console.log(await dialog.innerText())
      for (const [i] of [1, 2, 3].entries()) {
        await page.mouse.move(600, 400)
        await page.mouse.wheel(0, 600)
        await page.waitForTimeout(300)
        await shot(page, `02-light-${i}`)
      }
      await dialog.getByRole('button', { name: /^All \d+ checks$/ }).click()
      await page.waitForTimeout(300)
      await page.setViewportSize({ width: 1280, height: 4000 })
      await shot(page, '03-long')
      await page.emulateMedia({ colorScheme: 'dark' })
      await page.waitForTimeout(300)
      await shot(page, '04-dark')
      await page.setViewportSize({ width: 400, height: 800 })
      await page.waitForTimeout(300)
      await shot(page, '05-narrow')
      await page.setViewportSize({ width: 400, height: 6000 })
      await page.waitForTimeout(300)
      await shot(page, '05-narrow-long')
      await page.emulateMedia({ colorScheme: 'light' })
      await page.setViewportSize({ width: 1280, height: 800 })
      await expectAccessibleInBoth(page).catch((e) => console.log('AXE', e))
      await page.emulateMedia({ colorScheme: 'light' })
      await dialog.getByRole('button', { name: 'Push', exact: true }).click()
      await page.waitForTimeout(300)
      await shot(page, '06-pushing')
      await page.getByText(/is pushed$/).waitFor()
      await shot(page, '07-pushed')
      await page.goto(`${fixture.url}/settings/targets/lab`)
      await page.getByRole('table', { name: 'Pipelines pushed to lab' }).waitFor()
      await page.setViewportSize({ width: 1280, height: 2000 })
      await page.waitForTimeout(300)
      await shot(page, '08-target')
      await page.setViewportSize({ width: 400, height: 2000 })
      await page.waitForTimeout(300)
      await shot(page, '08-target-narrow')
      await page.context().close()
    })
    test('explore no', async () => {
      const page = await open(`${NAME}-greedy`)
      const dialog = await plan(page)
      await page.waitForTimeout(500)
      await shot(page, '10-no')
      await page.setViewportSize({ width: 1280, height: 4000 })
      await page.waitForTimeout(300)
      await shot(page, '11-no-long')
      await expectAccessibleInBoth(page).catch((e) => console.log('AXE', e))
      console.log(await dialog.innerText())
      await page.context().close()
    })
  })
})
