import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'

const POINTS = 3_000
const SPIKE = 1_234
const START = Date.parse('2026-11-01T12:00:00Z')

type Pair = readonly [key: string, value: string]
type Ask = <Answer>(path: string, body: object) => Promise<Answer>

/** Speaks MLflow's protocol, as a program that tracks. */
function askerOf({ url, token }: PageFixture): Ask {
  return async <Answer>(path: string, body: object) => {
    const response = await fetch(`${url}/api/2.0/mlflow/${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
    return (await response.json()) as Answer
  }
}

type RunOf = { readonly name: string; readonly params: readonly Pair[]; readonly parent?: string; readonly at: number }

/** Six runs, of which one is nested, with a loss whose least value is not its last. */
async function seed(ask: Ask): Promise<{ readonly experiment: string; readonly runs: readonly string[] }> {
  const { experiment_id: experiment } = await ask<{ experiment_id: string }>('experiments/create', { name: 'wine' })
  const start = async ({ name, params, parent, at }: RunOf): Promise<string> => {
    const tags = parent === undefined ? [] : [{ key: 'mlflow.parentRunId', value: parent }]
    const { run } = await ask<{ run: { info: { run_id: string } } }>('runs/create', {
      experiment_id: experiment,
      run_name: name,
      start_time: START + at * 60_000,
      tags,
    })
    const { run_id } = run.info
    const values = [0.9, 0.2 + at / 100, 0.5]
    await ask('runs/log-batch', {
      run_id,
      params: params.map(([key, value]) => ({ key, value })),
      metrics: values.map((value, step) => ({ key: 'loss', value, step, timestamp: START + step })),
    })
    await ask('runs/update', { run_id, status: 'FINISHED', end_time: START + at * 60_000 + 5_000 })
    return run_id
  }
  const runs: string[] = []
  for (let at = 0; at < 5; at += 1) {
    const params: Pair[] = [
      ['depth', String(at % 2)],
      ['lr', String(10 ** -at)],
      ['same', 'yes'],
    ]
    runs.push(await start({ name: `run-${at}`, params, at }))
  }
  runs.push(await start({ name: 'inner', params: [['depth', '1']], at: 9, parent: runs[0] ?? '' }))
  return { experiment, runs }
}

/** Gives a run a series with one spike in it. */
async function logSpike(ask: Ask, run: string): Promise<void> {
  for (let from = 0; from < POINTS; from += 1_000) {
    const steps = Array.from({ length: 1_000 }, (_, at) => from + at)
    const metrics = steps.map((step) => ({
      key: 'spiky',
      value: step === SPIKE ? 40 : 1,
      step,
      timestamp: START + step * 1_000,
    }))
    await ask('runs/log-batch', { run_id: run, metrics })
  }
}

const table = (page: Page): Locator => page.getByRole('treegrid', { name: 'Runs' })
const rowOf = (page: Page, name: string): Locator =>
  table(page)
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name, exact: true }) })
const names = async (page: Page): Promise<string[]> => table(page).getByRole('link').allTextContents()
const searchOf = (page: Page): URLSearchParams => new URL(page.url()).searchParams

describeInBrowser('experiments', () => {
  let fixture: PageFixture
  let ask: Ask
  let experiment: string
  let runs: readonly string[]
  let path: string
  beforeAll(async () => {
    fixture = await openPageFixture()
    ask = askerOf(fixture)
    ;({ experiment, runs } = await seed(ask))
    await logSpike(ask, runs[4] ?? '')
    path = `/experiments/${experiment}`
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  test('are listed, made, renamed, deleted with a way back, and restored from the trash', async () => {
    const page = await fixture.open({ path: '/experiments' })
    const list = page.getByRole('table', { name: 'Experiments' })
    await list.getByRole('row').filter({ hasText: 'wine' }).getByText('6', { exact: true }).waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'New experiment' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('wine')
    await page.getByRole('button', { name: 'Make experiment' }).click()
    await page.getByRole('alert').getByText('wine').waitFor()
    await page.getByRole('textbox', { name: 'Name' }).fill('water')
    await page.getByRole('button', { name: 'Make experiment' }).click()
    await page.getByRole('heading', { name: 'This experiment has no run yet' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.goto(`${fixture.url}/experiments`)
    await page.getByRole('button', { name: 'Delete water' }).click()
    await page.getByRole('button', { name: 'Delete experiment' }).click()
    await list.getByRole('link', { name: 'water' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await list.getByRole('link', { name: 'water' }).waitFor()
    await page.getByRole('button', { name: 'Delete water' }).click()
    await page.getByRole('button', { name: 'Delete experiment' }).click()
    await list.getByRole('link', { name: 'water' }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Trash' }).click()
    await page.getByRole('table', { name: 'Deleted experiments' }).getByText('water').waitFor()
    await page.getByText('emptying it frees').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Restore water' }).click()
    await page.getByRole('heading', { name: 'No experiment is in the trash' }).waitFor()
    await page.context().close()
  })

  test('show runs with the parameters that differ; nested ones below theirs, by keyboard', async () => {
    const page = await fixture.open({ path })
    await rowOf(page, 'run-4').waitFor()
    const heads = (await table(page).getByRole('columnheader').allTextContents()).join(' ')
    expect(heads).toContain('depth')
    expect(heads).not.toContain('same')
    expect(await names(page)).toEqual(['run-4', 'run-3', 'run-2', 'run-1', 'run-0'])
    await expectAccessibleInBoth(page)
    await rowOf(page, 'run-4').focus()
    await page.keyboard.press('End')
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('run-0')
    await page.keyboard.press('ArrowRight')
    await rowOf(page, 'inner').waitFor()
    expect(await rowOf(page, 'inner').getAttribute('aria-level')).toBe('2')
    await page.reload()
    await rowOf(page, 'inner').waitFor()
    await page.getByRole('button', { name: 'Nested' }).click()
    await expect.poll(() => names(page)).toEqual(['inner', 'run-4', 'run-3', 'run-2', 'run-1', 'run-0'])
    await page.context().close()
  })

  test('are sorted by the least value of a metric, which is a column, and the address restores it', async () => {
    const page = await fixture.open({ path })
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('searchbox', { name: 'Search the columns' }).fill('loss')
    await page.getByRole('button', { name: 'loss: min of its values' }).click()
    await page.getByRole('button', { name: 'Close' }).click()
    const head = table(page).getByRole('button', { name: 'loss@min' })
    await head.click()
    await expect.poll(() => names(page)).toEqual(['run-0', 'run-1', 'run-2', 'run-3', 'run-4'])
    await head.click()
    await expect.poll(() => names(page)).toEqual(['run-4', 'run-3', 'run-2', 'run-1', 'run-0'])
    expect(searchOf(page).get('sort')).toBe('-metrics.loss@min')
    await page.reload()
    await rowOf(page, 'run-3').getByText('0.23', { exact: true }).waitFor()
    expect((await names(page))[0]).toBe('run-4')
    const sorted = table(page).getByRole('columnheader', { name: 'loss@min' })
    expect(await sorted.getAttribute('aria-sort')).toBe('descending')
    await page.context().close()
  })

  test('are filtered with completion; a wrong filter is told in the words of the core', async () => {
    const page = await fixture.open({ path })
    const field = page
      .getByRole('textbox', { name: 'Filter of the runs' })
      .or(page.getByRole('combobox', { name: 'Filter of the runs' }))
    await field.pressSequentially('dep')
    await page.getByRole('option', { name: 'params.depth' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect.poll(() => field.inputValue()).toBe('params.depth ')
    await field.pressSequentially("= '1' AND ")
    await field.pressSequentially('loss@m')
    await page.getByRole('option', { name: 'metrics.loss@min' }).waitFor()
    await expectAccessibleInBoth(page)
    await field.fill("params.depth = '1' AND metrics.loss@min < 0.22")
    await page.keyboard.press('Enter')
    await expect.poll(() => names(page)).toEqual(['run-1'])
    await page.getByText('1 run', { exact: true }).waitFor()
    await field.fill('metrics.loss <')
    await page.keyboard.press('Enter')
    await page.getByText('a value was expected').or(page.getByText('the text ends')).waitFor()
    await field.fill("params.depth = '7'")
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'No run fits the filter' }).waitFor()
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await rowOf(page, 'run-4').waitFor()
    await page.getByRole('button', { name: 'What a filter is made of' }).click()
    await page.getByRole('table', { name: 'Names and their operators' }).getByText('@mean').waitFor()
    await page.context().close()
  })

  test('are grouped by a parameter, with members inside a group; a view of it is saved', async () => {
    const page = await fixture.open({ path })
    const group = page.getByRole('combobox', { name: 'Group by' }).or(page.getByRole('textbox', { name: 'Group by' }))
    await group.click()
    await page.getByRole('option', { name: 'depth' }).click()
    await table(page).getByText('depth = 1').waitFor()
    await page.getByRole('button', { name: 'Open 1' }).click()
    await rowOf(page, 'inner').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Views' }).click()
    await page.getByRole('menuitem', { name: 'Save this view…' }).click()
    await page.getByRole('textbox', { name: 'Name of the view' }).fill('by depth')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('button', { name: 'by depth' }).waitFor()
    await page.goto(`${fixture.url}${path}`)
    await page.getByRole('button', { name: 'Views' }).click()
    await page.getByRole('menuitem', { name: 'by depth' }).click()
    await rowOf(page, 'inner').waitFor()
    await page.context().close()
  })

  test('are deleted together, come back by Undo, and are restored from the trash', async () => {
    const page = await fixture.open({ path })
    await rowOf(page, 'run-3').getByRole('checkbox').click()
    await rowOf(page, 'run-3').focus()
    await page.keyboard.press('Shift+ArrowDown')
    await page.getByText('2 runs selected').waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    await rowOf(page, 'run-2').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await rowOf(page, 'run-2').waitFor()
    await fixture.client.deleteTrackedRuns({ runs: [runs[2] ?? ''] })
    // The other client's change is seen by itself.
    await rowOf(page, 'run-2').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Trash' }).click()
    await rowOf(page, 'run-2').getByRole('checkbox').click()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Restore' }).click()
    await page.getByRole('heading', { name: 'No run is in the trash' }).waitFor()
    await page.getByRole('button', { name: 'Show the runs' }).click()
    await rowOf(page, 'run-2').waitFor()
    await page.context().close()
  })

  test('have charts: a zoom reads the range anew, exactly, and no spike is lost', async () => {
    const chosen = encodeURIComponent(JSON.stringify([runs[4]]))
    const page = await fixture.open({ path: `${path}?tab=charts&runs=${chosen}` })
    await page.getByRole('img', { name: /^spiky of 1 run by step/ }).waitFor()
    await page.getByRole('img', { name: /^loss of 1 run by step/ }).waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'spiky in the whole window' }).click()
    const values = page.getByRole('table', { name: 'Values of spiky in the range' })
    await values.getByRole('cell', { name: String(POINTS) }).waitFor()
    await values.getByRole('cell', { name: '40', exact: true }).waitFor()
    await expectAccessibleInBoth(page)
    const box = await page.getByRole('dialog').locator('.u-over').boundingBox()
    if (box === null) throw new Error('the chart is not drawn')
    const x = (step: number) => box.x + (box.width * step) / POINTS
    await page.mouse.move(x(1_200), box.y + 60)
    await page.mouse.down()
    await page.mouse.move(x(1_300), box.y + 60, { steps: 5 })
    await page.mouse.up()
    await expect.poll(() => searchOf(page).get('zoom')).toMatch(/^\[1[12]\d\d\./)
    await expect.poll(async () => Number(await values.getByRole('cell').first().textContent())).toBeLessThan(120)
    await values.getByRole('cell', { name: '40', exact: true }).waitFor()
    await page.reload()
    await expect.poll(async () => Number(await values.getByRole('cell').first().textContent())).toBeLessThan(120)
    await page.context().close()
  })

  test('are drawn over parallel axes, on which ranges pick runs, and as dots', async () => {
    const within = encodeURIComponent(JSON.stringify({ 'params.depth': [0.5, 1] }))
    const page = await fixture.open({ path: `${path}?tab=parallel&within=${within}` })
    await page.getByRole('img', { name: /^6 runs over depth, lr/ }).waitFor()
    await page.getByText('3 go through the ranges.').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Select them' }).click()
    await page.getByText('3 selected.').waitFor()
    await page.getByRole('tab', { name: 'Scatter' }).click()
    await page.getByRole('img', { name: '6 runs: loss over depth.' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('are compared: differences alone at first, then all, and their charts', async () => {
    const page = await fixture.open({ path })
    await rowOf(page, 'run-4').getByRole('checkbox').click()
    await rowOf(page, 'run-2').getByRole('checkbox').click()
    await page.getByRole('link', { name: 'Compare' }).click()
    const side = page.getByRole('table', { name: 'Runs side by side' })
    await side.getByRole('row').filter({ hasText: 'lr' }).getByText('0.0001').waitFor()
    expect(await side.getByRole('rowheader', { name: 'same' }).count()).toBe(0)
    await expectAccessibleInBoth(page)
    await page.getByRole('switch', { name: 'Only differences' }).press('Space')
    await side.getByRole('rowheader', { name: 'same' }).waitFor()
    await page.getByRole('tab', { name: 'Charts' }).click()
    await page.getByRole('img', { name: /^loss of 2 runs by step/ }).waitFor()
    await expectAccessibleInBoth(page)
    await page.reload()
    await page.getByRole('img', { name: /^loss of 2 runs by step/ }).waitFor()
    await page.goto(`${fixture.url}/compare`)
    await page.getByRole('heading', { name: 'No run is chosen' }).waitFor()
    await page.context().close()
  })

  test('change by themselves while a program logs', async () => {
    const page = await fixture.open({ path })
    await rowOf(page, 'run-4').waitFor()
    const { run } = await ask<{ run: { info: { run_id: string } } }>('runs/create', {
      experiment_id: experiment,
      run_name: 'live',
      start_time: START + 3_600_000,
    })
    await rowOf(page, 'live').getByText('running').waitFor()
    await ask('runs/log-metric', { run_id: run.info.run_id, key: 'loss', value: 7.25, timestamp: START, step: 0 })
    await rowOf(page, 'live').getByText('7.25').waitFor()
    await ask('runs/update', { run_id: run.info.run_id, status: 'FINISHED', end_time: START + 3_700_000 })
    await rowOf(page, 'live').getByText('finished').waitFor()
    await page.context().close()
  })
})
