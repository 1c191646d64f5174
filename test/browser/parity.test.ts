import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunGraph } from '#core/contract/run-graph.ts'
import type { RunView } from '#core/contract/run.ts'
import { checkCertificate } from '#core/parity/index.ts'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'
import { withoutEngine } from '#test/support/without-engine.ts'

const SPEC = {
  parameters: { n: { type: 'integer', default: 3 } },
  steps: {
    square: {
      command: [
        'sh',
        '-c',
        'printf "id,n\\n1,%s\\n" $(($1 * $1)) > "$MINISUB_OUTPUTS/table"; printf %s $1 > "$MINISUB_OUTPUTS/n"',
        'sh',
        '${{ parameters.n }}',
      ],
      outputs: { table: { type: 'file' }, n: { type: 'integer' } },
      cache: false,
    },
    quiet: { command: ['true'], cache: false },
  },
}

describeInBrowser('two runs side by side', () => {
  let fixture: PageFixture
  let runs: { readonly one: RunView; readonly same: RunView; readonly other: RunView }
  beforeAll(async () => {
    fixture = await openPageFixture(withoutEngine)
    const file = fixture.pipeline(SPEC, 'squares')
    const [one, same] = [await fixture.run(file), await fixture.run(file)]
    runs = { one, same, other: await fixture.run(file, { n: 4 }) }
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  const open = async (a: string, b: string, viewport = { width: 1280, height: 900 }): Promise<Page> => {
    const page = await fixture.open({ path: `/runs/${a}/verify/${b}`, context: { viewport } })
    await page.getByRole('heading', { level: 1, name: 'Two runs of squares' }).waitFor()
    return page
  }
  const aspect = (page: Page, name: string) =>
    page.getByRole('table', { name: 'Aspects' }).getByRole('row').filter({ hasText: name })

  test('that are the same say so on top, in every aspect, and who signed it', async () => {
    const page = await open(runs.one.id, runs.same.id)
    const verdict = page.getByRole('status', { name: 'The same', exact: true })
    await verdict.getByText(/Signed by the key [0-9a-f]{16}/).waitFor()
    await aspect(page, 'Step keys').getByText('same', { exact: true }).waitFor()
    await page.getByRole('table', { name: 'The two runs' }).getByRole('link').first().waitFor()
    await page.getByRole('table', { name: 'Steps of both runs' }).getByRole('rowheader', { name: 'square' }).waitFor()
    expect(await page.getByRole('button', { name: /finding/ }).count()).toBe(0)
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('that differ name what differs, of the run at once and of a step when it is opened by keyboard', async () => {
    const page = await open(runs.one.id, runs.other.id)
    await page.getByRole('status', { name: 'Different' }).waitFor()
    await aspect(page, 'Values').getByText('differs', { exact: true }).waitFor()
    const ofRuns = page.getByRole('table', { name: 'Differences of the runs' })
    await ofRuns
      .getByRole('row')
      .filter({ hasText: 'the parameter n differs' })
      .getByText('4', { exact: true })
      .waitFor()
    const button = page.getByRole('button', { name: 'square: 3 findings' })
    expect(await button.getAttribute('aria-expanded')).toBe('false')
    await button.focus()
    await page.keyboard.press('Enter')
    const findings = page.getByRole('table', { name: 'Findings of square' })
    await findings.getByText('the content of table differs: row 1, column n: 9 and 16').waitFor()
    await findings.getByText('the value n differs: 3 and 4').waitFor()
    expect(await button.getAttribute('aria-expanded')).toBe('true')
    await expectAccessibleInBoth(page)
    await page.setViewportSize({ width: 400, height: 800 })
    await expectAccessibleInBoth(page)
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400)
    await page.keyboard.press('Enter')
    await findings.waitFor({ state: 'detached' })
    await page.context().close()
  })

  test('are saved as a certificate that can be checked', async () => {
    const page = await open(runs.one.id, runs.same.id)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the certificate' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^squares-\w{8}-\w{8}\.parity\.json$/)
    const text = readFileSync(await download.path(), 'utf8')
    const { publicKey } = await fixture.client.showParityKey()
    expect(checkCertificate(text, publicKey)).toMatchObject({ ok: true, isNamed: true })
    await page.context().close()
  })

  test('of which one is not known, or goes on, say why they are not compared', async () => {
    const page = await fixture.open({ path: `/runs/${runs.one.id}/verify/01zzzzzzzzzzzzzzzzzzzzzzzz` })
    await page.getByRole('heading', { name: 'One of the runs is not known' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.goto(`${fixture.url}/runs/${runs.one.id}/verify/${runs.one.id}`)
    await page.getByRole('alert').getByText('a run is the same as itself').waitFor()
    await page.context().close()
  })

  test('are offered on the page of a run on a cluster that has a local twin, and nowhere else', async () => {
    const page = await fixture.open({ path: '/runs' })
    const offer = page.getByRole('link', { name: 'Compare with the local run' })
    await page.goto(`${fixture.url}/runs/${runs.one.id}`)
    await page.getByRole('button', { name: /^square:/ }).waitFor()
    expect(await offer.count()).toBe(0)
    // As a run on a cluster answers, which this machine has not.
    await page.route('**/graph', async (route) => {
      const graph = (await (await route.fetch()).json()) as RunGraph
      await route.fulfill({ json: { ...graph, target: 'far' } satisfies RunGraph })
    })
    const { steps: _steps, outputs: _outputs, ...twin } = runs.same
    const twins = { runs: [{ ...twin, createdAt: new Date().toISOString() }] }
    await page.route('**/twins', (route) => route.fulfill({ json: twins }))
    await page.goto(`${fixture.url}/runs/${runs.one.id}`)
    await offer.waitFor()
    await expectAccessibleInBoth(page)
    await offer.click()
    await page.getByRole('status', { name: 'The same', exact: true }).waitFor()
    await page.getByRole('link', { name: 'Back to the run' }).waitFor()
    await page.context().close()
  })
})
