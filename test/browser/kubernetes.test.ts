import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser, describeWithKubernetes, lab } from '#test/support/requirements.ts'

const PIPELINE = {
  steps: {
    make: {
      command: ['sh', '-c', 'echo made here; sleep 30; echo 42 > "$MINISUB_OUTPUTS/number"'],
      outputs: { number: { type: 'file' } },
    },
    read: { command: ['sh', '-c', 'cat "$MINISUB_INPUTS/n"'], inputs: { n: '${{ steps.make.outputs.number }}' } },
  },
}

describeInBrowser('with a cluster', () => {
  describeWithKubernetes('the page', () => {
    let fixture: PageFixture
    beforeAll(async () => {
      fixture = await openPageFixture()
      fixture.pipeline(PIPELINE)
      await fixture.client.addFolder({ path: fixture.folder })
    })
    afterAll(() => fixture[Symbol.asyncDispose]())

    /** By the form, as somebody does who has the credentials beside it. */
    const addLab = async (page: Page) => {
      const fill = (name: string, text: string) => page.getByRole('textbox', { name, exact: true }).fill(text)
      await fill('Kubeconfig files', lab.kubeconfig)
      await page.getByRole('combobox', { name: 'Context' }).selectOption(lab.context)
      await fill('Name', 'lab')
      await fill('Namespace', lab.namespace)
      await fill('Service account of pods', 'pipeline')
      await fill('Registry', `${lab.registry}/tests`)
      await fill('Address of the S3 store', lab.s3)
      await fill('Bucket', lab.bucket)
      await fill('Prefix', `tests/page-${Date.now()}/`)
      await fill('Access key', lab.accessKey)
      await fill('Secret key', lab.secretKey)
      await page.getByRole('button', { name: 'Add target' }).click()
    }

    test('adds it, finds that it is ready, and plays a run there with pods, logs and artifacts to look at', async () => {
      const page = await fixture.open({ path: '/settings/new-target' })
      await addLab(page)
      await page.getByRole('heading', { level: 1, name: 'lab' }).waitFor()
      await page.getByRole('button', { name: 'Test', exact: true }).click()
      await page.getByText('ready for runs', { exact: true }).waitFor()
      await page.locator('[data-check="bucket-from-pod"]').getByText('passed').waitFor()
      await expectAccessibleInBoth(page)

      await page.getByRole('link', { name: 'Pipelines' }).click()
      await page.getByRole('link', { name: 'page', exact: true }).click()
      await page.getByRole('radio', { name: 'lab', exact: true }).check()
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      await page.getByRole('region', { name: 'State of the run' }).getByRole('link', { name: 'lab' }).waitFor()
      const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''

      await page.getByRole('button', { name: /^make: running/ }).click()
      await page.getByRole('tab', { name: 'Pod' }).click()
      await page.getByRole('row', { name: 'Phase Running' }).waitFor()
      await page
        .getByRole('table', { name: 'Containers' })
        .getByRole('row', { name: /^main .* running/ })
        .waitFor()
      await page
        .getByRole('table', { name: /^Events of the pod/ })
        .getByText('Scheduled')
        .waitFor()
      await expectAccessibleInBoth(page)
      await page.getByRole('tab', { name: 'Log' }).click()
      await page.getByRole('region', { name: 'Log' }).getByText('made here').waitFor()

      expect(await fixture.end(id)).toMatchObject({ status: 'succeeded', target: 'lab' })
      await page.getByRole('tab', { name: 'Outputs' }).click()
      await page.getByRole('button', { name: 'Bring artifacts here' }).click()
      await page.getByText('3 B came; all of it is here now.').waitFor()
      await page.getByRole('button', { name: 'Close the step' }).click()
      await page.getByRole('button', { name: /^read: succeeded/ }).click()
      await page.getByRole('tab', { name: 'Log' }).click()
      await page.getByRole('region', { name: 'Log' }).getByText('42').waitFor()
      await page.getByRole('button', { name: 'Close the step' }).click()
      await page.getByRole('tab', { name: 'Events' }).click()
      await page.getByRole('row', { name: /the cluster has taken the run as the Workflow/ }).waitFor()
      await expectAccessibleInBoth(page)
      await page.context().close()
    })
  })
})
