import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { mlflowWire, plainPng, type MlflowWire } from '#test/support/mlflow-wire.ts'
import { describeInBrowser } from '#test/support/requirements.ts'

const SCRIPT = '<svg xmlns="http://www.w3.org/2000/svg"><script>document.title = "taken"</script></svg>'

describeInBrowser('a tracked run', () => {
  let fixture: PageFixture
  let wire: MlflowWire
  let run: string
  let parent: string
  const at = (path: string) => ({ experiment: '0', run, path })
  const address = (query = '') => `/experiments/0/runs/${run}${query}`
  const log = (key: string, step: number, value: number) =>
    wire.post('runs/log-metric', { run_id: run, key, value, step, timestamp: 1_793_534_400_000 + step })

  beforeAll(async () => {
    fixture = await openPageFixture()
    wire = mlflowWire(fixture)
    parent = await wire.run({ experiment: '0', name: 'sweep' })
    run = await wire.run({ experiment: '0', name: 'gentle-otter-7', tags: { 'mlflow.parentRunId': parent } })
    await log('loss', 0, 1)
    await log('loss', 1, 0.25)
    await log('loss', 2, 0.5)
    await log('system/cpu', 0, 12)
    await wire.post('runs/log-parameter', { run_id: run, key: 'depth', value: '4' })
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  test('shows what was logged, with the folds of each metric, and what is logged now', async () => {
    const page = await fixture.open({ path: address() })
    const loss = page.getByRole('table', { name: 'Metrics', exact: true }).getByRole('row', { name: /loss/ })
    await loss.getByText('0.5', { exact: true }).waitFor()
    await loss.getByText('0.25', { exact: true }).waitFor()
    await loss.getByText('0.583333').waitFor()
    await page.getByRole('table', { name: 'Metrics of the machine' }).getByText('system/cpu').waitFor()
    await page.getByRole('link', { name: 'sweep' }).waitFor()
    await expectAccessibleInBoth(page)
    await log('loss', 3, 0.125)
    await loss.getByText('0.125', { exact: true }).first().waitFor()
    await page.getByRole('textbox', { name: 'Search metrics and parameters' }).fill('dep')
    await page.getByText('No metric fits the search.').first().waitFor()
    await page.getByRole('table', { name: 'Parameters' }).getByText('depth').waitFor()
    await expect.poll(() => new URL(page.url()).search).toBe('?search=dep')
    await page.context().close()
  })

  test('is renamed, described and tagged', async () => {
    const page = await fixture.open({ path: address() })
    await page.getByRole('button', { name: 'Rename' }).click()
    await page.getByRole('textbox', { name: 'New name' }).fill('the best')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'the best' }).waitFor()
    await page.getByRole('button', { name: 'Edit the description' }).click()
    await page.getByRole('textbox', { name: 'New description' }).fill('<b>one</b>\ntwo')
    await page.getByRole('button', { name: 'Save description' }).click()
    await page.getByText('<b>one</b>').first().waitFor()
    await page.getByLabel('New tag').fill('team')
    await page.getByLabel('Its value').fill('reds')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Remove the tag team' }).waitFor()
    const { tags, name } = await fixture.client.showTrackedRun({ run })
    expect([name, tags['team'], tags['mlflow.note.content']]).toEqual(['the best', 'reds', '<b>one</b>\ntwo'])
    await page.getByRole('button', { name: 'Remove the tag team' }).click()
    await page.getByText('No tags yet.').waitFor()
    await page.context().close()
  })

  test('goes into the trash and comes back by the same button; its parent lists it', async () => {
    const page = await fixture.open({ path: address() })
    await page.getByRole('button', { name: 'Delete run' }).click()
    await page.getByText('This run is in the trash').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Restore run' }).click()
    await page.getByText('This run is in the trash').waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'sweep' }).click()
    await page.getByRole('table', { name: 'Runs within it' }).getByRole('link', { name: 'the best' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('has charts of its metrics, found by name', async () => {
    const page = await fixture.open({ path: address() })
    await page.getByRole('link', { name: 'Chart of loss' }).click()
    await page.getByRole('group', { name: 'loss', exact: true }).getByRole('img').waitFor()
    expect(await page.getByRole('group', { name: 'system/cpu' }).count()).toBe(0)
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('has files in a tree, whose content never runs', async () => {
    await wire.file(at('notes/report.html'), '<h1>Report</h1><script>document.title = "taken"</script>')
    await wire.file(at('logo.svg'), SCRIPT)
    const page = await fixture.open({ path: address('?tab=files') })
    await page.getByRole('button', { name: 'notes' }).click()
    await page.getByRole('link', { name: 'report.html' }).click()
    await page.getByText('<h1>Report</h1>').waitFor()
    await expectAccessibleInBoth(page)
    await page.goto(`${fixture.url}${address('?tab=files&path=notes/report.html')}`)
    await page.getByRole('button', { name: 'notes', expanded: true }).waitFor()
    await page.getByText('<h1>Report</h1>').waitFor()
    await page.getByRole('link', { name: 'logo.svg' }).click()
    await page.getByRole('img', { name: 'The content of logo.svg' }).waitFor({ state: 'attached' })
    expect(await page.title()).toContain('the best')
    await page.context().close()
  })

  test('has images over steps, gone through by a slider that the address restores', async () => {
    for (const [key, step] of [
      ['samples', 0],
      ['samples', 20],
      ['heads', 10],
    ] as const) {
      const name = `images/${key}%step%${step}%timestamp%${1_793_534_400_000 + step}%${crypto.randomUUID()}.png`
      await wire.file(at(name), plainPng(24, [step * 10, 90, 200]))
    }
    const page = await fixture.open({ path: address('?tab=images') })
    await page.getByRole('img', { name: 'samples at step 20' }).waitFor()
    await page.getByRole('img', { name: 'heads at step 10' }).waitFor()
    await page.getByText('Step 20, 3 of 3').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('slider', { name: 'Step' }).focus()
    await page.keyboard.press('Home')
    await page.getByRole('img', { name: 'samples at step 0' }).waitFor()
    await page.getByText('Nothing was logged until this step.').waitFor()
    await expect.poll(() => new URL(page.url()).searchParams.get('step')).toBe('0')
    await page.getByRole('link', { name: 'samples' }).first().click()
    await page.getByRole('link', { name: 'All 2 keys' }).waitFor()
    await page.reload()
    await page.getByRole('img', { name: 'samples at step 0' }).waitFor()
    await page.context().close()
  })

  test('has a confusion matrix as a table, in numbers or in parts of rows and columns', async () => {
    const matrix = {
      labels: ['low', 'high'],
      matrix: [
        [30, 10],
        [5, 55],
      ],
    }
    await wire.file(at('confusion.json'), JSON.stringify(matrix))
    await wire.file(at('training_confusion_matrix.png'), plainPng(24, [1, 2, 3]))
    const page = await fixture.open({ path: address('?tab=matrix') })
    const table = page.getByRole('table', { name: 'Confusion matrix' })
    await table.getByRole('cell', { name: '55', exact: true }).waitFor()
    await expectAccessibleInBoth(page)
    await page.getByText('% of row', { exact: true }).click()
    await table.getByRole('cell', { name: '75%' }).waitFor()
    expect(new URL(page.url()).searchParams.get('share')).toBe('row')
    await page.getByLabel('File of the confusion matrix').selectOption('training_confusion_matrix.png')
    await page.getByRole('img', { name: 'The content of training_confusion_matrix.png' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('has tables, ordered and searched by an address', async () => {
    const data = Array.from({ length: 2_000 }, (_, index) => [`wine ${index}`, index % 7])
    await wire.file(at('predictions.json'), JSON.stringify({ columns: ['name', 'quality'], data }))
    const tables = JSON.stringify([{ path: 'predictions.json', type: 'table' }])
    await wire.post('runs/set-tag', { run_id: run, key: 'mlflow.loggedArtifacts', value: tables })
    const page = await fixture.open({ path: address('?tab=tables') })
    await page.getByText('2,000 of 2,000 rows').waitFor()
    await page.getByRole('button', { name: 'quality' }).click()
    await page.getByRole('button', { name: 'quality' }).click()
    await page.getByRole('columnheader', { name: 'quality' }).and(page.locator('[aria-sort="descending"]')).waitFor()
    await page.getByRole('cell', { name: 'wine 6', exact: true }).waitFor()
    await page.getByRole('textbox', { name: 'Search the rows' }).fill('wine 199')
    await page.getByText('12 of 2,000 rows').waitFor()
    await expectAccessibleInBoth(page)
    await expect.poll(() => new URL(page.url()).searchParams.get('find')).toBe('wine 199')
    await page.reload()
    await page.getByText('12 of 2,000 rows').waitFor()
    await page.context().close()
  })

  test('that is not there has a page that says so', async () => {
    const page = await fixture.open({ path: `/experiments/0/runs/${'0'.repeat(32)}` })
    await page.getByRole('heading', { level: 1, name: 'No such run' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('is gone to from the run of a pipeline and from its step, and goes back', async () => {
    const file = fixture.pipeline({ steps: { work: { command: ['true'] } } })
    const { id } = await fixture.run(file)
    const page = await fixture.open({ path: `/runs/${id}?step=work` })
    const drawer = page.getByRole('dialog')
    await drawer.getByRole('table', { name: 'What is tracked' }).getByRole('link', { name: 'page' }).click()
    await page.getByText('Step of a pipeline').getByRole('link', { name: 'work' }).waitFor()
    await page.goBack()
    await drawer.waitFor()
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
    await page.getByText('Tracked in').getByRole('link', { name: 'page' }).first().click()
    await page.getByText('Run of a pipeline').getByRole('link').waitFor()
    await page.getByRole('table', { name: 'Runs within it' }).waitFor()
    await page.context().close()
  })
})
