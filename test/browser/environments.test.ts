import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeRecord } from '#core/environments/records.ts'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'
import { withoutEngine } from '#test/support/without-engine.ts'

/** Without packages, so that it is built without the network. */
const ENVIRONMENTS = { plain: { python: '>=3.9' } }

describeInBrowser('environments', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture(withoutEngine)
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  const pipeline = (name: string, command: readonly string[]) =>
    fixture.pipeline({ environments: ENVIRONMENTS, steps: { work: { environment: 'plain', command } } }, name)

  test('that are not there yet: the page says who builds them', async () => {
    const page = await fixture.open({ path: '/environments' })
    await page.getByRole('heading', { name: 'No environment was built yet' }).waitFor()
    await page.getByText('minisub env build FILE').waitFor()
    await page.getByText(/^Images are not listed: .*no-engine/).waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('link', { name: 'Go to the pipelines' }).click()
    await page.getByRole('heading', { level: 1, name: 'Pipelines' }).waitFor()
    await page.context().close()
  })

  test('are listed as soon as they are built, with their users, and each has an address', async () => {
    const page = await fixture.open({ path: '/environments' })
    await page.getByRole('heading', { name: 'No environment was built yet' }).waitFor()
    const { environments } = await fixture.client.buildEnvironments({ file: pipeline('builder', ['true']) })
    const [built] = environments
    const digest = built?.digest ?? ''
    await page.getByText(/^1 environment takes [\d.]+ [kM]?B on the machine/).waitFor()
    const row = page.getByRole('row', { name: new RegExp(digest.slice(0, 12)) })
    await row.getByText('ready').waitFor()
    await row.getByText(built?.pythonMinor ?? 'no version', { exact: true }).waitFor()
    await row.getByRole('link', { name: 'builder' }).waitFor()
    await row.getByText('folder', { exact: true }).waitFor()
    await expectAccessibleInBoth(page)

    await row.getByRole('link', { name: digest.slice(0, 12) }).click()
    await page.getByRole('heading', { level: 1, name: `Environment ${digest.slice(0, 12)}` }).waitFor()
    expect(new URL(page.url()).pathname).toBe(`/environments/${digest}`)
    await page.getByText(digest, { exact: true }).waitFor()
    await page.getByText('It holds Python alone.').waitFor()
    await expectAccessibleInBoth(page)
    // A browser with windows asks nobody for what a click has asked for.
    await page.context().grantPermissions(['clipboard-write'])
    await page.getByRole('button', { name: 'Copy the digest' }).click()
    await page.getByRole('status').getByText('Copied the digest').waitFor({ state: 'attached' })
    await page.context().close()
  })

  test('are not deleted under a run: the dialog says why', async () => {
    const { id } = await fixture.client.startRun({ file: pipeline('user', ['sleep', '600']) })
    const page = await fixture.open({ path: '/environments' })
    await page.getByRole('link', { name: 'user' }).waitFor()
    await page.getByRole('button', { name: /^Delete environment/ }).click()
    const question = page.getByRole('dialog')
    await question.getByText('It was used by builder, user.').waitFor()
    await expectAccessibleInBoth(page)
    await question.getByRole('button', { name: 'Delete environment' }).click()
    await question
      .getByRole('alert')
      .getByText(/cannot be deleted/)
      .waitFor()
    await expectAccessibleInBoth(page)
    await question.getByRole('button', { name: 'Go back' }).click()
    await fixture.client.cancelRun({ run: id })
    await fixture.end(id)
    await page.context().close()
  })

  test('are pruned after the page has said what goes and how much, by keyboard alone', async () => {
    const page = await fixture.open({ path: '/environments', context: { viewport: { width: 400, height: 800 } } })
    await page.getByRole('link', { name: 'user' }).waitFor()
    await page.getByRole('button', { name: 'Prune…' }).focus()
    await page.keyboard.press('Enter')
    const question = page.getByRole('dialog', { name: 'Delete environments that nothing uses?' })
    await question.getByText('There is nothing to delete.').waitFor()
    expect(await question.getByRole('button', { name: 'Delete them' }).isDisabled()).toBe(true)
    await expectAccessibleInBoth(page)
    await question.getByLabel('Not used for').selectOption({ label: 'any time: all that nothing uses now' })
    await question.getByText(/^1 environment with [\d.]+ [kM]?B goes/).waitFor()
    await question
      .getByRole('list', { name: 'What goes' })
      .getByText(/folder, .* by builder, user/)
      .waitFor()
    await expectAccessibleInBoth(page)
    await question.getByRole('button', { name: 'Delete 1 environment' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'No environment was built yet' }).waitFor()
    expect((await fixture.client.listEnvironments()).environments).toEqual([])
    await page.context().close()
    await fixture.client.buildEnvironments({ file: pipeline('builder', ['true']) })
  })

  test('are deleted from the page of one, by keyboard alone', async () => {
    const [built] = (await fixture.client.listEnvironments()).environments
    const page = await fixture.open({ path: `/environments/${built?.digest ?? ''}` })
    const remove = page.getByRole('button', { name: /^Delete environment/ })
    await remove.focus()
    await page.keyboard.press('Enter')
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete environment' })
    await confirm.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'No environment was built yet' }).waitFor()
    expect((await fixture.client.listEnvironments()).environments).toEqual([])
    await page.context().close()
  })

  test('that are half built are said to be, and their packages are searched; the search is in the address', async () => {
    const digest = 'ab'.repeat(32)
    const folder = join(fixture.home, 'environments', digest)
    mkdirSync(folder, { recursive: true })
    const packages = ['numpy==2.1.0', 'scikit-learn==1.5.2', 'scipy==1.14.1']
    writeRecord(folder, 'plan', { pythonMinor: '3.12', packages, createdAt: Date.now() })
    const page = await fixture.open({ path: '/environments' })
    const row = page.getByRole('row', { name: /abababababab/ })
    await row.getByText('partial').waitFor()
    await row.getByRole('link', { name: 'abababababab' }).click()
    await page.getByText('It is not whole').waitFor()
    await page.getByText('3 of 3').waitFor()
    const search = page.getByRole('textbox', { name: 'Search the packages' })
    // The caret stays where one types.
    await search.fill('i')
    await expect.poll(() => new URL(page.url()).search).toBe('?search=i')
    await search.press('Home')
    await page.keyboard.type('SC')
    await page.getByText('2 of 3').waitFor()
    expect(await page.getByRole('cell', { name: 'numpy' }).count()).toBe(0)
    await expectAccessibleInBoth(page)
    await expect.poll(() => new URL(page.url()).search).toBe('?search=SCi')
    await page.reload()
    await page.getByText('2 of 3').waitFor()
    expect(await search.inputValue()).toBe('SCi')
    await page.context().close()
  })

  test('that are gone are said to be', async () => {
    const page = await fixture.open({ path: `/environments/${'0'.repeat(64)}` })
    await page.getByText('There is no such environment. It may have been deleted.').waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })
})
