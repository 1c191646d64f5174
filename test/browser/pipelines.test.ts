import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'

const PARAMETERS = {
  depth: { type: 'integer', default: 4, minimum: 1, maximum: 10, description: 'Levels of the tree' },
  label: { type: 'string' },
  criterion: { type: 'string', enum: ['gini', 'entropy'], default: 'gini' },
  fast: { type: 'boolean', default: false },
  depths: { type: 'list', items: { type: 'integer' }, default: [2, 4] },
}
const GROW = {
  parameters: PARAMETERS,
  steps: {
    grow: { command: ['sh', '-c', 'echo grown'] },
    choose: { needs: ['grow'], command: ['true'] },
  },
}
const BROKEN = `apiVersion: mini-submarine/v1
kind: Pipeline
metadata: { name: mended }
spec:
  steps:
    one: { command: [true], needs: [two] }
`

describeInBrowser('pipelines', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture()
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()
  /** The page of a pipeline in the fixture's folder, reached as people do. */
  const openPipeline = async (name: string): Promise<Page> => {
    const page = await fixture.open({ path: '/pipelines' })
    await page.getByRole('link', { name, exact: true }).click()
    await heading(page, name)
    return page
  }
  const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true })

  test('are none before a folder was added; one is added by keyboard alone', async () => {
    mkdirSync(join(fixture.folder, 'inner', 'deep'), { recursive: true })
    const page = await fixture.open({ path: '/pipelines' })
    await page.getByRole('heading', { name: 'No folder was added yet' }).waitFor()
    await page.getByText('minisub init hello').waitFor()
    await expectAccessibleInBoth(page)

    await page.getByRole('button', { name: 'Add a folder' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Add a folder with pipelines' })
    const path = dialog.getByRole('textbox', { name: 'Path' })
    await path.waitFor()
    await expect.poll(() => path.evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.insertText(fixture.folder)
    await dialog.getByText(`Folders in ${fixture.folder}`).waitFor()
    await expectAccessibleInBoth(page)
    // Down into the list, past the folder above, into `inner`, and from there into `deep`.
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await dialog.getByText(`Folders in ${join(fixture.folder, 'inner')}`).waitFor()
    expect(await path.inputValue()).toBe(join(fixture.folder, 'inner'))
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim())
    await expect.poll(focused).toBe('The folder above')
    // And left to the one above again.
    await page.keyboard.press('ArrowLeft')
    await dialog.getByText(`Folders in ${fixture.folder}`).waitFor()
    await dialog.getByRole('button', { name: 'Add this folder' }).focus()
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'hidden' })

    await page.getByRole('heading', { name: 'There is no pipeline in the folder' }).waitFor()
    await page.getByText(fixture.folder, { exact: true }).waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('a path that is no folder is said beside the field, and what was typed stays', async () => {
    const page = await fixture.open({ path: '/pipelines' })
    await page.getByRole('button', { name: 'Add a folder' }).click()
    const path = page.getByRole('textbox', { name: 'Path' })
    await path.fill('/nowhere/at/all')
    await path.press('Enter')
    await page
      .getByRole('dialog')
      .getByText(/nowhere/)
      .first()
      .waitFor()
    await expect.poll(() => path.getAttribute('aria-invalid')).toBe('true')
    expect(await path.inputValue()).toBe('/nowhere/at/all')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.context().close()
  })

  test('appear with their runs while the page is open, and are found by name', async () => {
    const page = await fixture.open({ path: '/pipelines' })
    await heading(page, 'Pipelines')
    const file = fixture.pipeline(GROW, 'grow')
    fixture.pipeline({ steps: { fail: { command: ['false'] } } }, 'fails')
    await page.getByRole('link', { name: 'grow', exact: true }).waitFor()
    const { id } = await fixture.run(file, { label: 'first' })
    const failed = await fixture.run(join(fixture.folder, 'fails.yaml'))
    await page.getByRole('link', { name: new RegExp(`^Run ${failed.id.slice(0, 14)}: failed`) }).waitFor()
    await page.getByRole('link', { name: new RegExp(`^Run ${id.slice(0, 14)}: succeeded`) }).waitFor()
    await expectAccessibleInBoth(page)

    await page.getByRole('textbox', { name: 'Filter by name or path' }).fill('GRO')
    await page.getByText('1 of 2').waitFor()
    await expect.poll(() => new URL(page.url()).search).toBe('?search=GRO')
    expect(await page.getByRole('link', { name: 'fails', exact: true }).count()).toBe(0)
    await page.getByRole('textbox', { name: 'Filter by name or path' }).fill('none of them')
    await page.getByRole('heading', { name: 'No pipeline has this in its name or path' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await page.getByRole('link', { name: new RegExp(`^Run ${id.slice(0, 14)}`) }).click()
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/runs/${id}`)
    await page.context().close()
  })

  test('an invalid document says its faults with their lines, and is valid once it is mended', async () => {
    const file = join(fixture.folder, 'mended.yaml')
    writeFileSync(file, BROKEN)
    const page = await openPipeline('mended')
    await page.getByText('1 fault', { exact: true }).waitFor()
    const fault = page.getByRole('table', { name: 'Faults' }).getByRole('row').nth(1)
    await fault.getByRole('cell', { name: '6', exact: true }).waitFor()
    await fault.getByText('spec.steps.one.needs', { exact: false }).waitFor()
    expect(await page.getByRole('button', { name: 'Run', exact: true }).count()).toBe(0)
    await expectAccessibleInBoth(page)

    writeFileSync(file, BROKEN.replace(', needs: [two]', ''))
    await page.getByRole('button', { name: 'Check again' }).click()
    await page.getByText('valid', { exact: true }).waitFor()
    await page.getByText('This pipeline has no parameters.').waitFor()
    await page.getByRole('cell', { name: 'one' }).waitFor()

    rmSync(file)
    await page.getByText('The file is not there').or(page.getByText('The pipeline could not be read')).waitFor({
      timeout: 60_000,
    })
    await page.context().close()
  })

  test('starts from the form: a wrong value is said in its field, the right one starts a run', async () => {
    const page = await openPipeline('grow')
    await expectAccessibleInBoth(page)
    await field(page, 'depth').fill('4.5')
    await field(page, 'label').focus()
    await page.getByText('expected an integer, found 4.5').waitFor()
    expect(await field(page, 'depth').getAttribute('aria-invalid')).toBe('true')
    await field(page, 'depths').fill('[2, "x"]')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByText('[1]: expected an integer, found "x"').waitFor()
    await page.getByText('has no default: give a value').waitFor()
    // The first field that is wrong has the focus.
    await expect.poll(() => field(page, 'depth').evaluate((element) => element === document.activeElement)).toBe(true)
    await expectAccessibleInBoth(page)

    await field(page, 'depth').fill('7')
    await field(page, 'depths').fill('[1, 2, 3]')
    await page.getByRole('button', { name: 'Reset depths to its default' }).press('Enter')
    await expect.poll(() => field(page, 'depths').evaluate((element) => element === document.activeElement)).toBe(true)
    expect(await field(page, 'depths').inputValue()).toBe('[2,4]')
    await field(page, 'label').fill('7')
    await page.getByRole('combobox', { name: 'criterion' }).selectOption('entropy')
    await page.getByRole('switch', { name: 'fast' }).press('Space')
    await field(page, 'label').press('Enter')
    await expect.poll(() => new URL(page.url()).pathname).toMatch(/^\/runs\/[0-9a-z]{26}$/)
    const run = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    const { parameters, cache } = await fixture.client.showGraph({ run })
    expect(parameters).toEqual({ depth: 7, label: '7', criterion: 'entropy', fast: true, depths: [2, 4] })
    expect(cache).toBe(true)
    await page.context().close()
  })

  test('sends what was typed as it is: no digit is rounded away', async () => {
    const file = fixture.pipeline(
      { parameters: { big: { type: 'integer', default: 1 } }, steps: { one: { command: ['true'] } } },
      'digits',
    )
    const page = await openPipeline('digits')
    await field(page, 'big').fill('9007199254740993')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByText('expected an integer within ±(2^53−1), found 9007199254740993').waitFor()
    await field(page, 'big').fill('9007199254740991')
    await page.getByRole('switch', { name: 'Use the cache' }).press('Space')
    await page.getByRole('textbox', { name: 'Steps at once' }).fill('3')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await expect.poll(() => new URL(page.url()).pathname).toMatch(/^\/runs\/[0-9a-z]{26}$/)
    const [run] = (await fixture.client.listRuns({ limit: 1 })).runs
    const graph = await fixture.client.showGraph({ run: run?.id ?? '' })
    expect(graph).toMatchObject({ file, parameters: { big: 9007199254740991 }, cache: false, parallelism: 3 })
    await page.context().close()
  })

  test('runs again with changes: the form begins with the values of the run', async () => {
    const file = join(fixture.folder, 'grow.yaml')
    const { id } = await fixture.run(file, { label: 'again', depth: 9 })
    const { pipelineId } = await fixture.client.showGraph({ run: id })
    const page = await fixture.open({ path: `/pipelines/${pipelineId}?from=${id}` })
    await page.getByText('The values are those of run').waitFor()
    expect(await field(page, 'depth').inputValue()).toBe('9')
    expect(await field(page, 'label').inputValue()).toBe('again')
    await expectAccessibleInBoth(page)
    await field(page, 'label').fill('once more')
    await page.getByRole('button', { name: 'Undo my changes' }).click()
    expect(await field(page, 'label').inputValue()).toBe('again')
    await field(page, 'label').fill('once more')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await expect.poll(() => new URL(page.url()).pathname).not.toContain('/pipelines')
    const run = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    const { parameters } = await fixture.client.showGraph({ run })
    expect(parameters).toMatchObject({ depth: 9, label: 'once more', criterion: 'gini' })

    await page.goBack()
    await page.getByRole('link', { name: 'Begin with the defaults instead' }).click()
    await expect.poll(() => field(page, 'depth').inputValue()).toBe('4')
    expect(new URL(page.url()).search).toBe('')
    await page.context().close()
  })

  test('what was typed stays while the document is broken for a while', async () => {
    const file = fixture.pipeline(GROW, 'edited')
    const page = await openPipeline('edited')
    await field(page, 'label').fill('typed before')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, `${text}broken: [`)
    await page.getByText('This document cannot be run').waitFor()
    expect(await page.getByRole('button', { name: 'Run', exact: true }).count()).toBe(0)
    writeFileSync(file, text)
    await page.getByRole('button', { name: 'Check again' }).press('Enter')
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor()
    expect(await field(page, 'label').inputValue()).toBe('typed before')
    const title = page.getByRole('heading', { level: 1, name: 'edited' })
    await expect.poll(() => title.evaluate((element) => element === document.activeElement)).toBe(true)
    await page.context().close()
  })

  test('a Problem of the start stays beside the form, in its field where it is of one', async () => {
    fixture.pipeline(
      {
        // Only the core gives up on such a pattern in time, so the page leaves it to the core.
        parameters: { letters: { type: 'string', pattern: '^(a+)+$', default: 'aa' } },
        steps: { read: { inputs: { raw: { file: 'not-there.csv' } }, command: ['true'] } },
      },
      'refused',
    )
    const page = await openPipeline('refused')
    await field(page, 'letters').fill('b')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByText('the parameter "letters": expected a text that matches').waitFor()
    await expect.poll(() => field(page, 'letters').getAttribute('aria-invalid')).toBe('true')
    await field(page, 'letters').fill('aaa')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    const alert = page.getByRole('alert').filter({ hasText: 'No run was started' })
    await alert.getByText(/not-there\.csv/).waitFor()
    expect(await field(page, 'letters').inputValue()).toBe('aaa')
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('a start that takes long is given up; the form is as it was', async () => {
    const page = await openPipeline('grow')
    // As long as an environment that is being built: the request is held back on its way.
    await page.route('**/api/v1/runs', () => undefined)
    await field(page, 'label').fill('patient')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByRole('status').getByText('Starting …').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Give up' }).click()
    await page.getByText('Given up. If the run had begun by then, it is among the last runs below.').waitFor()
    expect(await field(page, 'label').inputValue()).toBe('patient')
    await page.unroute('**/api/v1/runs')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await expect.poll(() => new URL(page.url()).pathname).toMatch(/^\/runs\/[0-9a-z]{26}$/)
    await page.context().close()
  })

  test('the text nobody typed can be meant: the empty one', async () => {
    const page = await openPipeline('grow')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByRole('button', { name: 'Give label the empty text' }).click()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await expect.poll(() => new URL(page.url()).pathname).toMatch(/^\/runs\/[0-9a-z]{26}$/)
    const [run] = (await fixture.client.listRuns({ limit: 1 })).runs
    expect((await fixture.client.showGraph({ run: run?.id ?? '' })).parameters).toMatchObject({ label: '' })
    await page.context().close()
  })

  test('environments are built from the page, which says what it does', async () => {
    fixture.pipeline(
      { environments: { plain: { python: '>=3.9' } }, steps: { one: { environment: 'plain', command: ['true'] } } },
      'built',
    )
    const page = await openPipeline('built')
    await page.getByRole('button', { name: 'Build now' }).click()
    await page.getByText(/: Python 3\.\d+, 0 packages, .*, ready/).waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('a schedule is made from here', async () => {
    const page = await openPipeline('grow')
    await page.getByRole('link', { name: 'Schedule…' }).click()
    await expect.poll(() => new URL(page.url()).pathname).toBe('/schedules')
    expect(new URL(page.url()).searchParams.get('file')).toBe(join(fixture.folder, 'grow.yaml'))
    await page.context().close()
  })

  test('a folder is taken off the list after a question; its files stay', async () => {
    const page = await fixture.open({ path: '/pipelines' })
    await page.getByRole('button', { name: `Remove ${fixture.folder}` }).click()
    const question = page.getByRole('dialog', { name: 'Remove this folder from the list?' })
    await question.getByText('Nothing on disk is touched').waitFor()
    await expectAccessibleInBoth(page)
    await question.getByRole('button', { name: 'Remove the folder' }).click()
    await page.getByText('None was added').waitFor()
    // What runs were started from is still known, and still there.
    await page.getByRole('link', { name: 'grow', exact: true }).click()
    await heading(page, 'grow')
    await page.getByText('valid', { exact: true }).waitFor()
    await page.context().close()
  })
})
