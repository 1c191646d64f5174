import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { labProfile } from '#test/support/lab-target.ts'
import { describeInBrowser, describeWithKubernetes, lab } from '#test/support/requirements.ts'

const NAME = `push-page-${Date.now().toString(36)}`
const GREEDY = `${NAME}-gpu`
const TIED = `${NAME}-tied`
const STEPS = {
  make: { command: ['sh', 'make.sh'], files: ['make.sh'], outputs: { n: { type: 'integer' } } },
  read: {
    command: ['sh', '-c', 'cat "$MINISUB_INPUTS/n"'],
    inputs: { n: '${{ steps.make.outputs.n }}' },
    resources: { cpu: 0.1, memory: '64Mi' },
  },
}

describeInBrowser('a push to a cluster', () => {
  describeWithKubernetes('from the page', () => {
    let fixture: PageFixture
    beforeAll(async () => {
      fixture = await openPageFixture()
      const { client, folder } = fixture
      const profile = labProfile(NAME)
      const { accessKey, secretKey } = profile.artifacts
      await client.setSecret({ name: accessKey.secret, key: accessKey.key, value: lab.accessKey })
      await client.setSecret({ name: secretKey.secret, key: secretKey.key, value: lab.secretKey })
      await client.addTarget({ name: 'lab', profile })
      write(1)
      fixture.pipeline({ steps: STEPS }, NAME)
      fixture.pipeline({ steps: { train: { command: ['true'], resources: { gpu: 100 } } } }, GREEDY)
      await client.addFolder({ path: folder })
    })
    afterAll(async () => {
      await fixture.client.removePush({ target: 'lab', pipeline: NAME, schedules: false })
      await fixture[Symbol.asyncDispose]()
    })

    const write = (n: number) => writeFileSync(join(fixture.folder, 'make.sh'), `echo ${n} > "$MINISUB_OUTPUTS/n"\n`)
    /** The page of a pipeline, with the lab chosen. */
    const open = async (name = NAME): Promise<Page> => {
      const page = await fixture.open({ path: '/pipelines' })
      await page.getByRole('link', { name, exact: true }).click()
      await page.getByRole('radio', { name: 'lab', exact: true }).check()
      return page
    }
    const planButton = (page: Page): Locator => page.getByRole('button', { name: 'Plan a push' })
    const button = (dialog: Locator, name: string): Locator => dialog.getByRole('button', { name, exact: true })
    /** The dialog with a plan of that verdict. */
    const plan = async (page: Page, verdict = 'go'): Promise<Locator> => {
      await planButton(page).click()
      const dialog = page.getByRole('dialog', { name: 'Push to lab' })
      await dialog.locator(`[data-verdict=${verdict}]`).waitFor()
      return dialog
    }
    const rows = (dialog: Locator, table: string): Locator =>
      dialog.getByRole('table', { name: table }).getByRole('row')
    const widthOf = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth)

    test('is planned first: verdict, checks, steps, and what would be sent and made', async () => {
      const page = await open()
      const dialog = await plan(page)
      await dialog.getByText(/^[\d.]+ kB to send, 2 of 2 steps to run/).waitFor()
      await dialog.getByText(/^(\d+) of \1 passed\.$/).waitFor()
      await dialog.getByText('This pipeline was never pushed to lab.').waitFor()
      await rows(dialog, 'Steps of the plan')
        .filter({ hasText: /^read.*make runs before it.*0\.1 cores/ })
        .waitFor()
      await rows(dialog, 'Images of the plan').filter({ hasText: 'make, read' }).waitFor()
      await rows(dialog, 'Uploads of the plan')
        .filter({ hasText: /^code.*\.tar\.gz$/ })
        .waitFor()
      await rows(dialog, 'Objects of the plan')
        .filter({ hasText: `WorkflowTemplate${NAME}` })
        .waitFor()
      await expectAccessibleInBoth(page)
      await dialog.getByRole('button', { name: /^All \d+ checks$/ }).click()
      await rows(dialog, 'Checks of the push')
        .filter({ hasText: /^Quota/ })
        .waitFor()
      await expectAccessibleInBoth(page)
      await page.setViewportSize({ width: 400, height: 800 })
      await expectAccessibleInBoth(page)
      expect(await widthOf(page)).toBeLessThanOrEqual(400)
      await page.setViewportSize({ width: 400, height: 4000 })
      await page.context().close()
    })

    test('can be left by the keyboard, and the focus is where it was', async () => {
      const page = await open()
      await planButton(page).focus()
      await page.keyboard.press('Enter')
      const dialog = page.getByRole('dialog', { name: 'Push to lab' })
      await dialog.waitFor()
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
      await expect.poll(() => planButton(page).evaluate((it) => it === document.activeElement)).toBe(true)
      await page.context().close()
    })

    test('is done by a button, and the page of the target has the version with who and when', async () => {
      const page = await open()
      await button(await plan(page), 'Push').click()
      const notice = page.getByRole('alert').filter({ hasText: new RegExp(`^${NAME}-[0-9a-f]+ is pushed`) })
      await notice.getByText(/^[\d.]+ kB were sent\.$/).waitFor()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await expect.poll(() => planButton(page).evaluate((it) => it === document.activeElement)).toBe(true)
      await page.goto(`${fixture.url}/settings/targets/lab`)
      const row = rows(page.locator('#main'), 'Pipelines pushed to lab').filter({ hasText: NAME })
      await row.getByText('current').waitFor()
      await row.getByText(/ago by \w+@/).waitFor()
      expect(await row.getByRole('button').allInnerTexts()).toEqual(['Remove'])
      await expectAccessibleInBoth(page)
      await page.context().close()
    })

    test('names the file that was edited since, and goes on after its dialog was closed', async () => {
      write(2)
      const page = await open()
      const dialog = await plan(page)
      await rows(dialog, 'Changes since the last push')
        .filter({ hasText: /^make\.shcodechanged/ })
        .waitFor()
      await expectAccessibleInBoth(page)
      await page.setViewportSize({ width: 1280, height: 2000 })
      let release = (): void => undefined
      const isClosed = new Promise<void>((resolve) => void (release = resolve))
      await page.route('**/pushes', async (route) => {
        await isClosed
        await route.continue()
      })
      await button(dialog, 'Push').click()
      await dialog.getByText('Pushing …').waitFor()
      expect(await button(dialog, 'Plan again').isDisabled()).toBe(true)
      await expectAccessibleInBoth(page)
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
      release()
      await page.getByText(new RegExp(`^${NAME}-[0-9a-f]+ is pushed$`)).waitFor()
      await page.context().close()
    })

    test('with a run leads to the page of that run', async () => {
      const page = await open()
      const dialog = await plan(page)
      await dialog.getByText(/, and nothing has changed since\.$/).waitFor()
      await button(dialog, 'Push and run').click()
      await page.getByRole('region', { name: 'State of the run' }).getByRole('link', { name: 'lab' }).waitFor()
      await page.getByText(/^all of it was there already, and run \w+ has begun\.$/).waitFor()
      const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
      expect(await fixture.end(id)).toMatchObject({ status: 'succeeded', target: 'lab' })
      await page.context().close()
    })

    test('is undone and removed on the page of the target, after a question', async () => {
      const page = await fixture.open({ path: '/settings/targets/lab' })
      const row = (state: string): Locator =>
        rows(page.locator('#main'), 'Pipelines pushed to lab').filter({ hasText: state })
      await row('earlier').waitFor()
      const newest = await row('current').getByRole('rowheader').innerText()
      await page.getByRole('button', { name: `Undo the push of ${NAME}` }).click()
      await expectAccessibleInBoth(page)
      await page.getByRole('dialog').getByRole('button', { name: 'Undo the push' }).click()
      await row('undone').getByRole('rowheader', { name: newest }).waitFor()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      expect(await page.getByRole('button', { name: /^Undo/ }).count()).toBe(0)
      await page.setViewportSize({ width: 400, height: 800 })
      await expectAccessibleInBoth(page)
      expect(await widthOf(page)).toBeLessThanOrEqual(400)
      await page.getByRole('button', { name: `Remove ${NAME} from lab` }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Remove all of it' }).click()
      await page.getByText(/^Nothing was pushed here\./).waitFor()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await expectAccessibleInBoth(page)
      await page.context().close()
    })

    test('that could not run has buttons that do nothing, and says why', async () => {
      const page = await open(GREEDY)
      const dialog = await plan(page, 'no')
      await dialog.getByText('train: no node can ever take a pod of it: of 1 node 1 has no nvidia.com/gpu').waitFor()
      for (const name of ['Push', 'Push and run']) {
        expect(await button(dialog, name).isDisabled()).toBe(true)
        const described = await button(dialog, name).getAttribute('aria-describedby')
        expect(await dialog.locator(`[id="${described}"]`).innerText()).toBe('Put right what failed first.')
      }
      await rows(dialog, 'Checks of the push')
        .filter({ hasText: /^Nodes.*train.*failed.*Fix: / })
        .waitFor()
      await expectAccessibleInBoth(page)
      await page.context().close()
    })

    test('of code that is tied to this machine may be done, and names what is', async () => {
      // Not before: it lies in the folder that is the code of all of them.
      fixture.pipeline({ steps: { look: { command: ['cat', '/home/ada/data/wine.csv'] } } }, TIED)
      const page = await open(TIED)
      const dialog = await plan(page, 'warnings')
      await dialog.getByText('Go, with 1 warning', { exact: true }).waitFor()
      await rows(dialog, 'Code that is tied to this machine')
        .filter({ hasText: /^pipeline:\d+\/home\/ada\/data\/wine\.csv.*Fix: / })
        .waitFor()
      expect(await button(dialog, 'Push').isEnabled()).toBe(true)
      await expectAccessibleInBoth(page)
      await page.context().close()
    })
  })
})
