import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunGraph } from '#core/contract/run-graph.ts'
import type { RunView, StepDetail } from '#core/contract/run.ts'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'
import { withoutEngine } from '#test/support/without-engine.ts'

describeInBrowser('a step that failed on a cluster', () => {
  let fixture: PageFixture
  let run: RunView
  beforeAll(async () => {
    fixture = await openPageFixture(withoutEngine)
    const make = { outputs: { n: { type: 'integer' } }, command: ['sh', '-c', 'echo 5 > ${{ outputs.n.path }}'] }
    const check = {
      inputs: { n: '${{ steps.make.outputs.n }}' },
      command: ['sh', '-c', 'echo "ValueError: $(cat "$MINISUB_INPUTS/n")" >&2; exit 3'],
    }
    run = await fixture.run(fixture.pipeline({ steps: { make, check, after: { command: ['true'] } } }))
    expect(run.status).toBe('failed')
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  /** The page of a run of this machine, as if it had been on a cluster. */
  const open = async (environment: StepDetail['environment']): Promise<Page> => {
    const page = await fixture.open({ path: '/runs', context: { viewport: { width: 1280, height: 900 } } })
    await page.route(`**/runs/${run.id}/graph`, async (route) => {
      const graph = (await (await route.fetch()).json()) as RunGraph
      await route.fulfill({ json: { ...graph, target: 'far' } satisfies RunGraph })
    })
    await page.route(`**/runs/${run.id}/steps/check`, async (route) => {
      const detail = (await (await route.fetch()).json()) as StepDetail
      await route.fulfill({ json: { ...detail, environment } satisfies StepDetail })
    })
    await page.goto(`${fixture.url}/runs/${run.id}?step=check`)
    return page
  }

  test('is done again here by a button, and the page of that run says how it went', async () => {
    const page = await open(null)
    const button = page.getByRole('button', { name: 'Rerun here' })
    await button.waitFor()
    await expectAccessibleInBoth(page)
    await button.click()
    await page.getByText('Only check runs again here').waitFor()
    await page.getByText('It fails the same way: exit 3, ValueError: 5').waitFor()
    await page.getByRole('link', { name: `run ${run.id}` }).waitFor()
    await page.getByRole('button', { name: /^after: skipped/ }).waitFor()
    await expectAccessibleInBoth(page)
    await page.setViewportSize({ width: 400, height: 800 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400)
    await page.context().close()
  })

  test('of an image says why it cannot be done again where no engine answers', async () => {
    const page = await open({ name: 'own', digest: 'c0ffee', kind: 'image' })
    await page.getByText(/^Its environment is an image, and no container engine answers here/).waitFor()
    expect(await page.getByRole('button', { name: 'Rerun here' }).isDisabled()).toBe(true)
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('is not offered where it failed here', async () => {
    const page = await fixture.open({ path: `/runs/${run.id}?step=check` })
    await page.getByText('What happened').first().waitFor()
    expect(await page.getByRole('button', { name: 'Rerun here' }).count()).toBe(0)
    await page.context().close()
  })
})
