import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunView } from '#core/contract/run.ts'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'

describeInBrowser('a step that registers a model', () => {
  let fixture: PageFixture
  let run: RunView
  beforeAll(async () => {
    fixture = await openPageFixture()
    const steps = {
      choose: {
        command: ['sh', '-c', 'printf weights > $MINISUB_OUTPUTS/best'],
        outputs: { best: { type: 'file' } },
      },
      keep: { register: { model: 'wine', from: '${{ steps.choose.outputs.best }}', alias: 'champion' } },
    }
    run = await fixture.run(fixture.pipeline({ steps }, 'registers'))
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  test('is a node that says so, and has its version in the place of a command and a log', async () => {
    expect(run.status).toBe('succeeded')
    const page = await fixture.open({ path: `/runs/${run.id}` })
    await page.getByRole('button', { name: 'keep: succeeded, registers a model, after choose' }).click()
    const drawer = page.getByRole('tablist', { name: 'Views of keep' })
    await drawer.waitFor()
    expect(await drawer.getByRole('tab').allTextContents()).toEqual(['Overview', 'Outputs'])
    await page.getByText('none: this machine registers a model by itself').waitFor()
    await page.getByText('version 1 of wine, champion').first().waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
    expect(await page.getByRole('link', { name: /Log of attempt/ }).count()).toBe(0)
    await expectAccessibleInBoth(page)
  })
})
