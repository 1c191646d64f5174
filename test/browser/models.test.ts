import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { mlflowWire, type MlflowWire } from '#test/support/mlflow-wire.ts'
import { describeInBrowser } from '#test/support/requirements.ts'

const MLMODEL = `flavors:
  python_function:
    loader_module: mlflow.sklearn
  sklearn:
    pickled_model: model.pkl
signature:
  inputs: '[{"type": "double", "name": "alcohol", "required": true}]'
  outputs: '[{"type": "long", "required": true}]'
  params: null
`

describeInBrowser('models', () => {
  let fixture: PageFixture
  let wire: MlflowWire
  beforeAll(async () => {
    fixture = await openPageFixture()
    wire = mlflowWire(fixture)
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  /** Versions 1 to 3 of `wine`, each of a model of its own. */
  async function seed(): Promise<void> {
    const run = await wire.run({ experiment: '0', name: 'gentle-otter-7' })
    await wire.post('registered-models/create', { name: 'wine', description: 'Quality of red wines' })
    for (const number of [1, 2, 3]) {
      const path = `model${number}`
      await wire.file({ experiment: '0', run, path: `${path}/MLmodel` }, MLMODEL)
      await wire.file({ experiment: '0', run, path: `${path}/requirements.txt` }, `scikit-learn==1.7.${number}\n`)
      await wire.post('model-versions/create', { name: 'wine', source: `runs:/${run}/${path}`, run_id: run })
    }
    await wire.post('registered-models/alias', { name: 'wine', alias: 'champion', version: '2' })
  }
  const championOf = async (): Promise<number | undefined> =>
    (await fixture.client.showModel({ model: 'wine' })).aliases.find(({ alias }) => alias === 'champion')?.version
  const chip = (page: Page, version: number) =>
    page.getByRole('button', { name: `Alias champion of version ${version}`, exact: true })

  test('that are not there yet: the page says what registers them, and makes a name', async () => {
    const page = await fixture.open({ path: '/models' })
    await page.getByRole('heading', { name: 'No model is registered yet' }).waitFor()
    await page.getByText('register:', { exact: true }).waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'New model' }).click()
    const dialog = page.getByRole('dialog', { name: 'New model' })
    await dialog.getByLabel('Name').fill('a/b')
    await expectAccessibleInBoth(page)
    await dialog.getByRole('button', { name: 'Make model' }).click()
    await dialog.getByRole('alert').getByText('Invalid model name').waitFor()
    await dialog.getByLabel('Name').fill('diabetes')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'diabetes' }).waitFor()
    await page.getByRole('heading', { name: 'The model has no version yet' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('are listed with what their aliases mean, as soon as a program registers one; a search is in the address', async () => {
    const page = await fixture.open({ path: '/models' })
    await page.getByRole('link', { name: 'diabetes' }).waitFor()
    await seed()
    const row = page.getByRole('row', { name: /wine/ })
    await row.getByRole('link', { name: 'champion of wine: version 2' }).waitFor()
    await row.getByRole('link', { name: 'Version 3 of wine' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('textbox', { name: 'Search the models' }).fill('WIN')
    await page.getByRole('link', { name: 'diabetes' }).waitFor({ state: 'detached' })
    await expect.poll(() => new URL(page.url()).search).toBe('?search=WIN')
    await page.getByRole('button', { name: 'Go to… (Ctrl+K)' }).click()
    await page.getByRole('textbox', { name: 'Go to' }).fill('diab')
    await page.getByRole('button', { name: 'diabetes' }).click()
    await page.getByRole('heading', { level: 1, name: 'diabetes' }).waitFor()
    await page.context().close()
  })

  test('have aliases that go to another version by the keyboard, by the mouse, and back', async () => {
    const page = await fixture.open({ path: '/models/wine' })
    await chip(page, 2).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Move to version 3' }).focus()
    await page.keyboard.press('Enter')
    await chip(page, 3).waitFor()
    await page.getByRole('status').getByText('champion means version 3 now').waitFor({ state: 'attached' })
    expect(await championOf()).toBe(3)
    await expectAccessibleInBoth(page)

    await chip(page, 3).dragTo(page.getByRole('row', { name: /Version 1/ }))
    await chip(page, 1).waitFor()
    expect(await championOf()).toBe(1)

    await chip(page, 1).click()
    await page.getByRole('menuitem', { name: 'Delete the alias' }).click()
    await chip(page, 1).waitFor({ state: 'detached' })
    expect(await championOf()).toBeUndefined()
    await page.getByRole('button', { name: 'Undo' }).click()
    await chip(page, 1).waitFor()

    await page.getByRole('button', { name: 'Add an alias to version 2' }).click()
    await page.getByLabel('Alias', { exact: true }).fill('latest')
    await page.getByRole('button', { name: 'Add alias' }).click()
    await page.getByRole('alert').getByText('reserved').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByLabel('Alias', { exact: true }).fill('@champion')
    await page.keyboard.press('Enter')
    await chip(page, 2).waitFor()
    expect(await championOf()).toBe(2)
    await page.context().close()
  })

  test('have two versions compared, whose address restores the view', async () => {
    const page = await fixture.open({ path: '/models/wine' })
    await page.getByRole('checkbox', { name: 'Choose version 3 to compare' }).check()
    await page.getByRole('checkbox', { name: 'Choose version 1 to compare' }).check()
    await page.getByRole('link', { name: 'Compare version 1 with 3' }).click()
    const requirements = page.getByRole('table', { name: 'Requirements' })
    const row = requirements.getByRole('row', { name: /scikit-learn/ })
    await row.getByText('1.7.1').waitFor()
    await row.getByText('1.7.3').waitFor()
    await page.getByText('0 of 2 differ.').first().waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('switch', { name: 'Only differences' }).check({ force: true })
    await page.getByRole('table', { name: 'Signature' }).waitFor({ state: 'detached' })
    const address = page.url()
    expect(address).toContain('only=differences')
    await page.goto(address)
    await row.getByText('1.7.3').waitFor()
    expect(await page.getByRole('table', { name: 'Signature' }).count()).toBe(0)
    await page.context().close()
  })

  test('say of a version how it is loaded and what it takes', async () => {
    const page = await fixture.open({ path: '/models/wine/versions/@champion' })
    await page.getByRole('heading', { level: 1, name: 'Version 2 of wine' }).waitFor()
    await page.getByText('model = mlflow.pyfunc.load_model("models:/wine@champion")').waitFor()
    await page.getByText('minisub models download wine @champion').waitFor()
    await page.getByRole('table', { name: 'Inputs' }).getByText('alcohol').waitFor()
    await page.getByRole('button', { name: 'Edit the description' }).click()
    await page.getByRole('textbox', { name: 'New description' }).fill('More rows')
    await page.getByRole('button', { name: 'Save description' }).click()
    await page.getByText('More rows').waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('say where a version came from, as a graph or as a table', async () => {
    const page = await fixture.open({ path: '/models/wine/versions/2' })
    await page.getByRole('tab', { name: 'Lineage' }).click()
    await page.getByRole('link', { name: /^run gentle-otter-7/ }).waitFor()
    await expectAccessibleInBoth(page)
    await page.getByText('Table', { exact: true }).click()
    await page.getByRole('table', { name: 'Lineage' }).getByRole('link', { name: 'gentle-otter-7' }).waitFor()
    expect(new URL(page.url()).search).toContain('view=table')
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('have their files, each to look at, and all of them as one archive', async () => {
    const page = await fixture.open({ path: '/models/wine/versions/2' })
    await page.getByRole('tab', { name: 'Files' }).click()
    await page.getByRole('link', { name: 'MLmodel' }).click()
    await page.getByText('loader_module: mlflow.sklearn').waitFor()
    await expectAccessibleInBoth(page)
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Save all as a tar archive' }).click()
    expect((await download).suggestedFilename()).toBe('wine-2.tar')
    await page.context().close()
  })

  test('are deleted only after their name was typed, and the page says what is lost', async () => {
    const page = await fixture.open({ path: '/models/wine' })
    await page.getByRole('button', { name: 'Delete version 1' }).click()
    const version = page.getByRole('dialog')
    await version.getByLabel(/^Type/).fill('wine/1')
    await version.getByRole('button', { name: 'Delete version' }).click()
    await page.getByRole('row', { name: /Version 1/ }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Delete model' }).click()
    const question = page.getByRole('dialog', { name: 'Delete the model wine?' })
    await question.getByText('the aliases @champion').waitFor()
    await question.getByText('2 versions with descriptions and tags').waitFor()
    const confirm = question.getByRole('button', { name: 'Delete model' })
    expect(await confirm.isDisabled()).toBe(true)
    await expectAccessibleInBoth(page)
    await question.getByLabel(/^Type/).fill('wine')
    await confirm.click()
    await page.getByRole('heading', { level: 1, name: 'Models' }).waitFor()
    await page.goto(`${fixture.url}/models/wine/versions/2`)
    await page.getByRole('heading', { name: 'There is no such version' }).waitFor()
    await page.goto(`${fixture.url}/models/wine`)
    await page.getByRole('heading', { level: 1, name: 'No such model' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })
})
