import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { stringify } from 'yaml'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'
import { withoutEngine } from '#test/support/without-engine.ts'

/** Two contexts of a cluster at which nothing listens. */
function kubeconfigOf(home: string): string {
  const file = join(home, 'nowhere.kubeconfig')
  const context = (namespace: string) => ({ cluster: 'nowhere', user: 'ada', namespace })
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'lab-two',
    clusters: [{ name: 'nowhere', cluster: { server: 'http://127.0.0.1:9' } }],
    users: [{ name: 'ada', user: { token: 'none' } }],
    contexts: [
      { name: 'lab-one', context: context('one') },
      { name: 'lab-two', context: context('two') },
    ],
  }
  writeFileSync(file, stringify(document))
  return file
}

describeInBrowser('cluster targets', () => {
  let fixture: PageFixture
  let kubeconfig: string
  beforeAll(async () => {
    fixture = await openPageFixture((home) => {
      withoutEngine(home)
      kubeconfig = kubeconfigOf(home)
      vi.stubEnv('KUBECONFIG', kubeconfig)
    })
    fixture.pipeline({ steps: { one: { command: ['true'] } } })
    await fixture.client.addFolder({ path: fixture.folder })
  })
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]()
    vi.unstubAllEnvs()
  })

  const open = async (path: string, viewport = { width: 1280, height: 900 }): Promise<Page> => {
    const page = await fixture.open({ path, context: { viewport } })
    await page.getByRole('heading', { level: 1 }).waitFor()
    return page
  }
  const expectNarrow = async (page: Page) =>
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400)
  /** A field by its name, without the star of those that are needed. */
  const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true })
  const contextOf = (page: Page) => page.getByRole('combobox', { name: 'Context', exact: true })

  test('are none at first: the page says what one is and the way to the first', async () => {
    const page = await open('/settings')
    await page.getByRole('link', { name: 'Show the targets' }).click()
    await page.getByRole('heading', { name: 'No cluster was added yet' }).waitFor()
    const targets = page.getByRole('table', { name: 'Targets' })
    await targets.getByRole('row', { name: /^process ready/ }).waitFor()
    await targets.getByRole('row', { name: /^docker unavailable .*no-engine\.sock/ }).waitFor()
    await expectAccessibleInBoth(page)
    await page.setViewportSize({ width: 400, height: 800 })
    await expectNarrow(page)
    await page.getByRole('link', { name: 'Add the first cluster' }).click()
    await page.getByRole('heading', { level: 1, name: 'Add a cluster' }).waitFor()
    await page.context().close()
  })

  test('are refused at the fields that are wrong, the first of which has the focus', async () => {
    const page = await open('/settings/new-target', { width: 400, height: 900 })
    await contextOf(page).waitFor()
    await field(page, 'Name').fill('Not A Name')
    await field(page, 'Labels').fill('team')
    await page.getByRole('button', { name: 'Add target' }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => field(page, 'Name').evaluate((it) => it === document.activeElement)).toBe(true)
    await page.getByText(/^2 to 40 lower-case letters/).waitFor()
    await page.getByText('"team" is not key=value: write one label a line').waitFor()
    expect(await field(page, 'Bucket').getAttribute('aria-invalid')).toBe('true')
    expect(await field(page, 'Access key').getAttribute('aria-invalid')).toBe('true')
    await expectAccessibleInBoth(page)
    await expectNarrow(page)
    await field(page, 'Name').fill('docker')
    await page.getByRole('button', { name: 'Add target' }).click()
    await page.getByText('this name is taken: choose another').waitFor()
    expect((await fixture.client.listClusterTargets()).targets).toEqual([])
    await page.context().close()
  })

  test('say so where a kubeconfig cannot be read, and go on when another is named', async () => {
    const page = await open('/settings/new-target')
    const broken = join(fixture.home, 'broken.kubeconfig')
    writeFileSync(broken, 'contexts: [')
    await field(page, 'Kubeconfig files').fill(broken)
    await page
      .getByText(/broken\.kubeconfig/, { exact: false })
      .nth(1)
      .waitFor()
    expect(await field(page, 'Kubeconfig files').getAttribute('aria-invalid')).toBe('true')
    await expectAccessibleInBoth(page)
    await field(page, 'Kubeconfig files').fill(kubeconfig)
    await contextOf(page).selectOption('lab-one')
    expect(await field(page, 'Kubeconfig files').getAttribute('aria-invalid')).not.toBe('true')
    await page.context().close()
  })

  test('are added by a form that knows the contexts; credentials go to the secrets and are seen no more', async () => {
    const page = await open('/settings/new-target')
    const context = contextOf(page)
    await expect.poll(() => context.inputValue()).toBe('lab-two')
    const [name, namespace] = [field(page, 'Name'), field(page, 'Namespace')]
    expect([await name.inputValue(), await namespace.inputValue()]).toEqual(['lab-two', 'two'])
    await context.selectOption('lab-one')
    expect([await name.inputValue(), await namespace.inputValue()]).toEqual(['lab-one', 'one'])
    await name.fill('far')
    await field(page, 'Registry').fill('registry.example/team')
    await field(page, 'Address of the S3 store').fill('http://127.0.0.1:9')
    await field(page, 'Bucket').fill('artifacts')
    await field(page, 'Prefix').fill('team/minisub')
    await field(page, 'Access key').fill('the-access-key')
    await field(page, 'Secret key').fill('the-secret-key')
    await field(page, 'Node selector').fill('pool=ml')
    await field(page, 'Tolerations').fill('{"key":"gpu","operator":"Exists"}')
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Add target' }).click()
    await page.getByRole('heading', { level: 1, name: 'far' }).waitFor()
    const [target] = (await fixture.client.listClusterTargets()).targets
    expect(target).toMatchObject({
      name: 'far',
      profile: {
        kubeconfig: [kubeconfig],
        context: 'lab-one',
        namespace: 'one',
        serviceAccount: 'default',
        artifacts: { prefix: 'team/minisub/', accessKey: { secret: 'target-far', key: 'access-key' } },
        nodeSelector: { pool: 'ml' },
        tolerations: [{ key: 'gpu', operator: 'Exists' }],
      },
    })
    const { secrets } = await fixture.client.listSecrets()
    expect(secrets.map(({ name: secret, key }) => `${secret}/${key}`)).toEqual([
      'target-far/access-key',
      'target-far/secret-key',
    ])
    expect(await page.content()).not.toMatch(/the-(access|secret)-key/)
    await page.getByRole('status', { name: 'State of the target' }).getByText('unavailable').waitFor()
    await expectAccessibleInBoth(page)
    await page.setViewportSize({ width: 400, height: 800 })
    await expectNarrow(page)
    await page.context().close()
  })

  test('show each check of a test with the fix of what failed, until they are tested again', async () => {
    const page = await open('/settings/targets/far')
    await page.getByText('Not tested in this tab yet.').waitFor()
    await page.getByRole('button', { name: 'Test', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('not ready for runs').waitFor()
    const checks = page.getByRole('table', { name: 'Checks of far' })
    const reach = checks.locator('[data-check="reach"]')
    await reach.getByText('failed').waitFor()
    await reach.getByText('Fix:').waitFor()
    await checks.getByRole('row').filter({ hasText: 'skipped' }).first().waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('link', { name: 'All targets' }).click()
    await page.getByRole('row', { name: /^far .* failed, .* skipped/ }).waitFor()
    await expectAccessibleInBoth(page)
    await page.reload()
    await page.getByRole('link', { name: 'far', exact: true }).click()
    await reach.getByText('Fix:').waitFor()
    await fixture.client.editTarget({
      name: 'far',
      profile: { ...(await fixture.client.showTarget({ name: 'far' })).profile, parallelism: 7 },
    })
    await page.getByText('The target was changed since').waitFor()
    await page.getByRole('row', { name: 'Pods of a run at once 7' }).waitFor()
    await page.context().close()
  })

  test('are given up in the middle of a test', async () => {
    const page = await open('/settings/targets/far')
    await page.route('**/targets/far/test', () => undefined)
    await page.getByRole('button', { name: 'Test', exact: true }).click()
    await page.getByText('Testing …').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Give up' }).click()
    await page.getByText('Given up; the core removes what the test has made.').waitFor()
    await page.context().close()
  })

  test('are edited: what is there is in the form, and credentials stay where they are', async () => {
    const page = await open('/settings/targets/far')
    await page.getByRole('link', { name: 'Edit' }).click()
    await page.getByRole('heading', { level: 1, name: 'Edit far' }).waitFor()
    await expect.poll(() => contextOf(page).inputValue()).toBe('lab-one')
    expect(await field(page, 'Prefix').inputValue()).toBe('team/minisub/')
    expect(await page.getByRole('combobox', { name: 'Secret with the access key' }).inputValue()).toBe(
      'target-far/access-key',
    )
    await field(page, 'Registry').fill('registry.example/other')
    await field(page, 'Node selector').fill('')
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByRole('heading', { level: 1, name: 'far', exact: true }).waitFor()
    const { profile } = await fixture.client.showTarget({ name: 'far' })
    expect(profile).toMatchObject({ registry: 'registry.example/other', nodeSelector: {}, parallelism: 7 })
    await page.context().close()
  })

  test('that do not answer are there to choose, with the reason, and start nothing', async () => {
    const page = await open('/pipelines')
    await page.getByRole('link', { name: 'page', exact: true }).click()
    const far = page.getByRole('radio', { name: 'far (unavailable)' })
    await far.check()
    await page.getByRole('alert').filter({ hasText: 'far is unavailable' }).waitFor()
    await page.getByText('namespace one of lab-one').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await expect.poll(() => far.evaluate((it) => it === document.activeElement)).toBe(true)
    expect((await fixture.client.listRuns()).runs).toEqual([])
    await page.context().close()
  })

  test('are not deleted while a schedule needs them, and with their credentials when nothing does', async () => {
    const file = join(fixture.folder, 'page.yaml')
    const schedule = await fixture.client.createSchedule({ file, cron: '0 6 * * *', timeZone: 'UTC', target: 'far' })
    const page = await open('/settings/targets/far')
    const remove = async () => {
      await page.getByRole('button', { name: 'Delete the target far' }).click()
      const question = page.getByRole('dialog', { name: 'Delete the target far?' })
      await question.getByRole('button', { name: 'Delete target' }).click()
      return question
    }
    const refused = await remove()
    await refused.getByText(new RegExp(`schedule ${schedule.name} needs the target far`)).waitFor()
    await expectAccessibleInBoth(page)
    await refused.getByRole('button', { name: 'Go back' }).click()
    await fixture.client.deleteSchedule({ schedule: schedule.id })
    await remove()
    await page.getByRole('heading', { level: 1, name: 'Targets' }).waitFor()
    await page.getByRole('heading', { name: 'No cluster was added yet' }).waitFor()
    expect((await fixture.client.listSecrets()).secrets).toEqual([])
    await page.goto(`${fixture.url}/settings/targets/far`)
    await page.getByRole('heading', { name: 'No cluster target has this name' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })
})
