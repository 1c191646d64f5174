import { createReadStream, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Download, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunView } from '#core/contract/run.ts'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'

const LINES = 100_000
/** The core keeps a longer line as several. */
const LONGEST = 65_536
/** The smallest image that there is: one dot. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

describeInBrowser('a run', () => {
  let fixture: PageFixture
  let wine: RunView
  beforeAll(async () => {
    fixture = await openPageFixture()
    writeFileSync(join(fixture.folder, 'dot.png'), Buffer.from(PNG, 'base64'))
    wine = await fixture.run(wineFile())
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  const sh = (script: string) => ({ command: ['sh', '-c', script] })
  /** A bit of everything; `slow` ends when the file `go` is there. */
  const wineFile = (go = 'code') =>
    fixture.pipeline(
      {
        parameters: {
          depths: { type: 'list', items: 'integer', default: [1, 2, 3, 4, 5] },
          wanted: { type: 'number', default: 0.9 },
        },
        steps: {
          prepare: {
            ...sh(`echo out; printf '\\033[31mred\\033[0m err\\n' >&2; echo 0.5 > $MINISUB_OUTPUTS/score`),
            env: { DEPTH: '${{ size(parameters.depths) }}' },
            outputs: { score: { type: 'number' } },
          },
          train: {
            forEach: { depth: '${{ parameters.depths }}' },
            needs: ['prepare'],
            command: ['sh', '-c', 'echo depth $0; test $0 != 4', '${{ each.depth }}'],
            resources: { cpu: 1, memory: '1Gi' },
          },
          check: {
            needs: ['prepare'],
            retry: { limit: 2 },
            ...sh('echo attempt $MINISUB_ATTEMPT; test $MINISUB_ATTEMPT -gt 1'),
          },
          register: { when: '${{ steps.prepare.outputs.score >= parameters.wanted }}', command: ['true'] },
          slow: {
            needs: ['prepare'],
            ...sh(`until [ -e ${join(fixture.folder, go)} ] || [ ${go} = code ]; do sleep 0.1; done`),
          },
          last: { needs: { train: 'finished', slow: 'finished' }, command: ['true'] },
        },
        outputs: { score: '${{ steps.prepare.outputs.score }}' },
      },
      'wine',
    )
  const step = (page: Page, name: string | RegExp) => page.getByRole('application').getByRole('button', { name })
  const drawer = (page: Page) => page.getByRole('dialog')
  const saved = async (page: Page, action: () => Promise<unknown>): Promise<Download> => {
    const [download] = await Promise.all([page.waitForEvent('download'), action()])
    return download
  }

  test('is seen live as a graph with its fan-out folded, and as a table', async () => {
    const { id } = await fixture.client.startRun({ file: wineFile('go-live'), cache: false })
    const page = await fixture.open({ path: `/runs/${id}` })
    await page.getByRole('heading', { level: 1, name: 'Run of wine' }).waitFor()
    await step(page, /^slow: running, after prepare$/).waitFor()
    await step(page, /^train: failed, 5 of 5 items done, 1 failed, after prepare$/).waitFor()
    await step(page, /^register: skipped/).waitFor()
    await step(page, /^last: pending/).waitFor()
    await expectAccessibleInBoth(page)

    await page.getByRole('tab', { name: 'Table' }).click()
    const row = page.getByRole('table', { name: 'Steps' }).getByRole('row', { name: /^train/ })
    await row.getByText('5/5, 1 failed').waitFor()
    await page.getByRole('row', { name: /^slow/ }).getByText('running').waitFor()
    for (const [name, attempts] of [
      ['train', '5'],
      ['check', '2'],
      ['register', ''],
    ] as const)
      expect(
        await page
          .getByRole('row', { name: new RegExp(`^${name}`) })
          .getByRole('cell')
          .nth(2)
          .innerText(),
      ).toBe(attempts)
    writeFileSync(join(fixture.folder, 'go-live'), '')
    await page.getByRole('row', { name: /^slow/ }).getByText('succeeded').waitFor()
    const state = page.getByRole('region', { name: 'State of the run' })
    await state.getByText('failed', { exact: true }).waitFor()
    await state.getByText('4 succeeded').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByLabel('Find steps by name').fill('re')
    await page.getByRole('table', { name: 'Steps' }).getByText('check').waitFor({ state: 'detached' })
    await page.getByLabel('Find steps by name').fill('')
    await page.getByLabel('skipped (1)').check()
    await page.getByRole('row', { name: /^prepare/ }).waitFor({ state: 'detached' })
    await page.context().close()
  })

  test('explains a step that failed, with a link to the line of the log that says so', async () => {
    const file = fixture.pipeline({ steps: { a: sh('seq 400; pyhton-of-nobody') } }, 'fails')
    const { id } = await fixture.run(file)
    const page = await fixture.open({ path: `/runs/${id}?step=a` })
    const said = drawer(page).getByRole('alert')
    await said.getByText('The command of the step calls pyhton-of-nobody, which is not there.').waitFor()
    await said.getByText(/^Cause: It is in no folder of PATH/).waitFor()
    await said.getByText(/^Fix: Add what brings pyhton-of-nobody/).waitFor()
    await expectAccessibleInBoth(page)
    await said.getByRole('link', { name: 'Line 401 of the log' }).click()
    await page.waitForURL(/tab=log.*line=401|line=401.*tab=log/)
    const line = drawer(page).locator('[aria-current="true"]')
    await line.getByText('pyhton-of-nobody').waitFor()
    await expect.poll(() => line.evaluate((it) => it.getBoundingClientRect().top > 0)).toBe(true)
    const log = drawer(page).getByRole('region', { name: 'Log' })
    await expect.poll(() => log.evaluate((it) => it === document.activeElement)).toBe(true)
    await drawer(page).getByRole('button', { name: 'Follow', pressed: false }).waitFor()
    await page.reload()
    await line.getByText('pyhton-of-nobody').waitFor()
    await page.goBack()
    await said.getByRole('link', { name: 'Line 401 of the log' }).waitFor()
    await page.context().close()
  })

  test('shows where the time went, and writes better requests into the document', async () => {
    const file = fixture.pipeline(
      { steps: { a: { ...sh('exec sleep 0.5'), resources: { cpu: 1, memory: '64Gi' } } } },
      'usage',
    )
    const { id } = await fixture.run(file)
    const page = await fixture.open({ path: `/runs/${id}` })
    await page.getByRole('tab', { name: 'Usage' }).click()
    const row = page.getByRole('table', { name: 'Usage of the steps' }).getByRole('row', { name: /^a/ })
    await row.getByText(/ of 68.7 GB$/).waitFor()
    await expectAccessibleInBoth(page)
    const write = page.getByRole('button', { name: 'Write them into usage.yaml' })
    // Where the system does not measure memory, there is nothing to propose.
    if (await write.isVisible()) {
      await write.click()
      await page.getByText(/^Written into .*usage.yaml/).waitFor()
      expect(readFileSync(file, 'utf8')).not.toContain('64Gi')
      await expectAccessibleInBoth(page)
    }
    await page.context().close()
  })

  test('says with what it was started, and what it gave', async () => {
    const page = await fixture.open({ path: `/runs/${wine.id}?view=details` })
    await page
      .getByRole('row', { name: /^depths/ })
      .getByText('[1,2,3,4,5]')
      .waitFor()
    await page.getByRole('row', { name: /^File/ }).getByText(join(fixture.folder, 'wine.yaml')).waitFor()
    await page
      .getByRole('row', { name: /^Pipeline digest/ })
      .getByText(wine.pipelineDigest)
      .waitFor()
    await expectAccessibleInBoth(page)
    const again = page.getByRole('link', { name: 'Run again with changes' })
    expect(await again.getAttribute('href')).toMatch(new RegExp(`^/pipelines/[0-9a-f]{16}\\?from=.*${wine.id}`))
    await page.context().close()
  })

  test('opens a step beside the graph, and the back button closes it', async () => {
    const page = await fixture.open({ path: `/runs/${wine.id}` })
    await step(page, /^prepare:/).click()
    const open = drawer(page)
    await open
      .getByRole('row', { name: /^Command/ })
      .getByText('sh -c')
      .first()
      .waitFor()
    await open
      .getByRole('row', { name: /^Exit code/ })
      .getByText('0')
      .waitFor()
    await open
      .getByRole('row', { name: /^Variables/ })
      .getByText('DEPTH=5')
      .waitFor()
    await open
      .getByRole('row', { name: /^Cache/ })
      .getByText('no hit')
      .waitFor()
    await expectAccessibleInBoth(page)
    await page.goBack()
    await open.waitFor({ state: 'detached' })
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-step'))).toBe('prepare')

    await step(page, /^register:/).click()
    await open.getByText('Why it was skipped').waitFor()
    await open
      .getByText(/^when: .*was false|when:/)
      .first()
      .waitFor()
    await open.getByRole('tab', { name: 'Log' }).click()
    await open.getByText('The step was skipped before it started.').waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('tells the attempts of a step, each with its log', async () => {
    const page = await fixture.open({ path: `/runs/${wine.id}?step=check` })
    const open = drawer(page)
    await open.getByRole('row', { name: /^Log of attempt 1 failed/ }).waitFor()
    await open.getByRole('row', { name: /^Log of attempt 2 succeeded/ }).waitFor()
    await open.getByRole('link', { name: 'Log of attempt 1' }).click()
    await open.getByText('attempt 1', { exact: true }).waitFor()
    await open.getByLabel('Attempt').selectOption('2')
    await open.getByText('attempt 2', { exact: true }).waitFor()
    await page.context().close()
  })

  test('shows the items of a fan-out, and each item with its log', async () => {
    const page = await fixture.open({ path: `/runs/${wine.id}?step=train` })
    const open = drawer(page)
    await open
      .getByRole('row', { name: /^Items/ })
      .getByText('5: 4 succeeded, 1 failed')
      .waitFor()
    await open.getByText('Not enforced here').or(open.getByText('1 CPU, 1.1 GB of memory')).first().waitFor()
    await open.getByRole('tab', { name: 'Items' }).click()
    await open.getByRole('link', { name: 'train, item 4' }).waitFor()
    await expectAccessibleInBoth(page)
    await open.getByLabel('Only items in this state').click()
    await page.getByRole('option', { name: 'failed' }).click()
    await open.getByRole('link', { name: 'train, item 4' }).waitFor({ state: 'detached' })
    await open.getByRole('link', { name: 'train, item 3' }).click()
    await open.getByText('{"depth":4}').waitFor()
    await open.getByRole('tab', { name: 'Log' }).click()
    await open.getByText('depth 4', { exact: true }).waitFor()
    await open.getByRole('button', { name: 'Next item' }).click()
    await open.getByText('{"depth":5}').waitFor()
    expect(new URL(page.url()).searchParams.get('item')).toBe('4')
    await page.context().close()
  })

  test('says why a step was taken from the cache', async () => {
    const file = fixture.pipeline({ steps: { prepare: sh('echo once') } }, 'twice')
    const first = await fixture.run(file)
    const { id } = await fixture.run(file)
    const page = await fixture.open({ path: `/runs/${id}` })
    await step(page, /^prepare: cached/).click()
    const open = drawer(page)
    await open
      .getByRole('row', { name: /^Cache/ })
      .getByText('hit', { exact: true })
      .waitFor()
    await open.getByRole('row', { name: /^Why/ }).getByRole('link', { name: first.id }).waitFor()
    await open.getByRole('tab', { name: 'Log' }).click()
    await open.getByText('The step did not run here').waitFor()
    await page.context().close()
  })

  test('of which nobody knows says so', async () => {
    const page = await fixture.open({ path: '/runs/01kc2m3n4p5q6r7s8t9v0wxyza' })
    await page.getByRole('heading', { name: 'No run has this id' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
    const other = await fixture.open({ path: `/runs/${wine.id}?step=nobody` })
    await drawer(other).getByText('The run has no such step').waitFor()
    await other.context().close()
  })

  test('with a log of 100,000 lines can be read, searched and saved', async () => {
    const script = `awk 'BEGIN { for (i = 1; i <= ${LINES}; i++) print "line " i }'; echo warning >&2; head -c 1000000 /dev/zero | tr '\\0' x; echo; printf '\\033[32mgreen\\033[0m end\\n'`
    const { id } = await fixture.run(fixture.pipeline({ steps: { loud: sh(script) } }, 'loud'))
    const page = await fixture.open({ path: `/runs/${id}?step=loud&tab=log` })
    const open = drawer(page)
    const log = open.getByRole('region', { name: 'Log' })
    await open.getByText('100,018 lines').waitFor()
    await log.getByText('cut: 65,536 characters').first().waitFor()
    await log.getByText('green').waitFor()
    expect(await log.locator('[data-stream]').count()).toBeLessThan(200)
    await expectAccessibleInBoth(page)

    const search = open.getByRole('searchbox', { name: 'Search the log' })
    await search.fill('LINE 4999')
    await open.getByText('11 lines').waitFor()
    await search.press('Enter')
    await open.getByText('1 of 11 lines').waitFor()
    await log.locator('[aria-current="true"]').getByText('line 4999').waitFor()
    await search.press('Shift+Enter')
    await open.getByText('11 of 11 lines').waitFor()
    await log.getByText('49999').waitFor()
    await open.getByRole('button', { name: 'Regular expression' }).click()
    await search.fill('^line 1(0|1)$')
    await open.getByText('2 lines').waitFor()
    await search.fill('(')
    await open.getByText(/Invalid regular expression/).waitFor()
    await search.fill('(x+x+)+y')
    await open.getByText(/may take for ever/).waitFor()
    await search.press('Escape')
    expect(await search.inputValue()).toBe('')

    await open.getByText('stderr', { exact: true }).click()
    await log.getByText('warning').waitFor()
    expect(await log.locator('[data-stream]').count()).toBe(1)
    await open.getByLabel('Times').check()
    await log.getByText(/\d:\d\d:\d\d/).waitFor()
    await open.getByLabel('Times').uncheck()
    const download = await saved(page, () => open.getByRole('button', { name: 'Save' }).click())
    expect(download.suggestedFilename()).toBe('loud-attempt-1.log')
    const lengths: number[] = []
    for await (const line of createInterface({ input: createReadStream(await download.path()) }))
      lengths.push(line.length)
    expect(lengths).toHaveLength(LINES + 18)
    expect(lengths.reduce((most, length) => Math.max(most, length))).toBe(LONGEST)
    await page.context().close()
  })

  test('has a log that is followed until somebody scrolls up', async () => {
    const script = `i=0; while [ ! -e ${join(fixture.folder, 'go-log')} ]; do i=$((i+1)); echo "tick $i"; sleep 0.05; done; echo over`
    const { id } = await fixture.client.startRun({ file: fixture.pipeline({ steps: { talk: sh(script) } }, 'talk') })
    const page = await fixture.open({ path: `/runs/${id}?step=talk&tab=log` })
    const log = drawer(page).getByRole('region', { name: 'Log' })
    await log.getByText('tick 60', { exact: true }).waitFor()
    const follow = drawer(page).getByRole('button', { name: 'Follow' })
    expect(await follow.getAttribute('aria-pressed')).toBe('true')
    await log.hover()
    await page.mouse.wheel(0, -400)
    await expect.poll(() => follow.getAttribute('aria-pressed')).toBe('false')
    await follow.click()
    writeFileSync(join(fixture.folder, 'go-log'), '')
    await log.getByText('over', { exact: true }).waitFor()
    await page.context().close()
  })

  test('has a log in which one is left to read and search when the next attempt begins', async () => {
    const wait = `until [ -e ${join(fixture.folder, 'go-try')}-$MINISUB_ATTEMPT ]; do sleep 0.05; done`
    const again = { ...sh(`echo try $MINISUB_ATTEMPT; ${wait}; test $MINISUB_ATTEMPT = 3`), retry: { limit: 2 } }
    const { id } = await fixture.client.startRun({ file: fixture.pipeline({ steps: { again } }, 'again') })
    const page = await fixture.open({ path: `/runs/${id}?step=again&tab=log` })
    const open = drawer(page)
    await open.getByText('try 1', { exact: true }).waitFor()
    const search = open.getByRole('searchbox', { name: 'Search the log' })
    await search.fill('try')
    await search.press('Enter')
    writeFileSync(join(fixture.folder, 'go-try-1'), '')
    await open.getByRole('option', { name: /^Attempt 2: running/ }).waitFor({ state: 'attached' })
    expect(await open.getByLabel('Attempt').inputValue()).toBe('1')
    await open.getByText('try 1', { exact: true }).waitFor()
    await open.getByRole('button', { name: 'Follow' }).click()
    await open.getByText('try 2', { exact: true }).waitFor()
    writeFileSync(join(fixture.folder, 'go-try-2'), '')
    await open.getByText('try 3', { exact: true }).waitFor()
    expect(await search.inputValue()).toBe('try')
    writeFileSync(join(fixture.folder, 'go-try-3'), '')
    await page.context().close()
  })

  test('lets one look at what its steps left, and save it', async () => {
    const script = [
      'cd $MINISUB_OUTPUTS',
      `printf 'name,note\\nada,"one, two"\\nbob,three\\n' > rows`,
      `printf '{"model": {"depth": 4}, "list": [1, 2], "id": 9007199254740993}' > info`,
      `printf 'just text\\n' > words`,
      `printf '\\000\\001\\002binary' > bytes`,
      `printf '{broken' > broken`,
      'mkdir files; cp dot.png files/dot.png 2>/dev/null || cp "$OLDPWD/dot.png" files/dot.png',
      `printf '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>' > files/square.svg`,
      'echo 0.97 > score',
    ].join('; ')
    const outputs = Object.fromEntries(
      ['rows', 'info', 'words', 'bytes', 'broken'].map((name) => [name, { type: 'file' }]),
    )
    const left = { ...outputs, files: { type: 'folder' }, score: { type: 'number' } }
    const { id, status } = await fixture.run(
      fixture.pipeline({ steps: { make: { ...sh(script), outputs: left } } }, 'make'),
    )
    expect(status).toBe('succeeded')
    const page = await fixture.open({ path: `/runs/${id}?step=make&tab=outputs` })
    const open = drawer(page)
    const look = async (name: string) => {
      await open.getByRole('link', { name: new RegExp(`^Look into the (file|folder) ${name}$`) }).click()
    }
    const back = () => open.getByRole('link', { name: 'All outputs' }).click()
    await open
      .getByRole('row', { name: /^score/ })
      .getByText('0.97')
      .waitFor()
    await expectAccessibleInBoth(page)

    await look('rows')
    await open.getByRole('cell', { name: 'one, two' }).waitFor()
    await expectAccessibleInBoth(page)
    await open.getByText('Text', { exact: true }).click()
    await open.getByText('ada,"one, two"').waitFor()
    await back()
    await look('info')
    await open.getByText('depth:').waitFor()
    await open.getByText('9007199254740993').waitFor()
    await open.getByRole('textbox', { name: 'Search names and values' }).fill('depth')
    await open.getByText('1 found').waitFor()
    await expectAccessibleInBoth(page)
    await open.getByRole('button', { name: 'Close all' }).click()
    await open.getByText('depth:').waitFor({ state: 'detached' })
    await back()
    await look('words')
    await open.getByText('just text').waitFor()
    await back()
    await look('bytes')
    await open.getByText('|...binary|').waitFor()
    await back()
    await look('broken')
    await open.getByText(/It is not valid JSON .*, so it is shown as text/).waitFor()
    await open.getByText('{broken', { exact: true }).waitFor()
    await back()
    await look('files')
    for (const [file, width] of [
      ['dot.png', 1],
      ['square.svg', 9],
    ] as const) {
      await open.getByRole('link', { name: file, exact: true }).click()
      const image = open.getByRole('img', { name: `The content of ${file}` })
      await expect.poll(() => image.evaluate((it: HTMLImageElement) => it.naturalWidth)).toBe(width)
      await expectAccessibleInBoth(page)
      await open.getByRole('link', { name: 'All files of files' }).click()
    }
    const download = await saved(page, () => open.getByRole('link', { name: 'Save dot.png' }).click())
    expect(readFileSync(await download.path()).toString('base64')).toBe(PNG)
    await page.context().close()
  })

  test('is cancelled and resumed', async () => {
    const spec = { steps: { quick: { command: ['true'] }, long: { needs: ['quick'], command: ['sleep', '600'] } } }
    const { id } = await fixture.client.startRun({ file: fixture.pipeline(spec, 'long') })
    const page = await fixture.open({ path: `/runs/${id}` })
    await step(page, /^long: running/).waitFor()
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await page.getByText(/What runs now is stopped and its work is lost: long\./).waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Cancel the run' }).click()
    await step(page, /^long: cancelled/).waitFor()
    await page.getByRole('region', { name: 'State of the run' }).getByText('cancelled', { exact: true }).waitFor()

    await page.getByRole('button', { name: 'Resume' }).click()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'With the same code' }).click()
    await step(page, /^quick: cached/).waitFor()
    await step(page, /^long: running/).waitFor()
    expect(page.url()).not.toContain(id)
    await page.getByRole('tab', { name: 'Details' }).click()
    await page
      .getByRole('row', { name: /^Resumes/ })
      .getByRole('link', { name: id })
      .waitFor()
    await page.context().close()
  })

  test('can be gone through with the keyboard alone', async () => {
    const page = await fixture.open({ path: `/runs/${wine.id}` })
    await step(page, /^prepare:/).waitFor()
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-step') ?? null)
    for (let tabs = 0; tabs < 30 && (await focused()) === null; tabs += 1) await page.keyboard.press('Tab')
    expect(await focused()).toBe('prepare')
    await page.keyboard.press('ArrowRight')
    const second = await focused()
    expect(['train', 'check', 'register', 'slow']).toContain(second)
    await page.keyboard.press('ArrowLeft')
    expect(await focused()).toBe('prepare')
    await page.keyboard.press('Enter')
    await drawer(page)
      .getByRole('row', { name: /^Command/ })
      .waitFor()
    await page.keyboard.press('ArrowRight')
    await drawer(page).getByRole('region', { name: 'Log' }).waitFor()
    await page.keyboard.press('Escape')
    await drawer(page).waitFor({ state: 'detached' })
    await expect.poll(focused).toBe('prepare')

    await page.goto(`${fixture.url}/runs/${wine.id}?view=table`)
    await page.getByRole('link', { name: 'prepare' }).focus()
    await page.keyboard.press('End')
    await expect.poll(focused).toBe('last')
    await page.keyboard.press('ArrowUp')
    await expect.poll(focused).toBe('slow')
    await page.keyboard.press('Enter')
    await drawer(page)
      .getByRole('row', { name: /^Command/ })
      .waitFor()
    await page.context().close()
  })

  test('is usable in a narrow window', async () => {
    const context = { viewport: { width: 400, height: 800 } }
    const page = await fixture.open({ path: `/runs/${wine.id}`, context })
    const addresses = [
      '',
      '?view=table',
      '?view=details',
      '?step=prepare',
      '?step=prepare&tab=log',
      '?step=train&tab=items',
    ]
    for (const address of addresses) {
      await page.goto(`${fixture.url}/runs/${wine.id}${address}`)
      const place = address.includes('step') ? drawer(page).getByRole('tab', { selected: true }) : page.locator('h1')
      await place.waitFor()
      await expectAccessibleInBoth(page)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400)
    }
    await page.context().close()
  })

  test('of many steps has a map, and draws what is in the window', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `step${index}`)
    const steps = Object.fromEntries(
      names.map((name, index) => [name, { command: ['true'], needs: index < 6 ? [] : [names[index - 6]] }]),
    )
    const { id } = await fixture.run(fixture.pipeline({ steps }, 'many'))
    const page = await fixture.open({ path: `/runs/${id}` })
    await step(page, /^step59: (succeeded|cached)/).waitFor()
    await page.getByRole('img', { name: 'Map of all steps' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Zoom in' }).focus()
    for (let times = 0; times < 8; times += 1) await page.keyboard.press('Enter')
    await expect
      .poll(() => page.getByRole('application').getByRole('button', { name: /^step/ }).count())
      .toBeLessThan(40)
    // The first step is far outside of the window, and still the way in.
    await page.keyboard.press('Shift+Tab')
    for (let tabs = 0; tabs < 5; tabs += 1) {
      if ((await page.evaluate(() => document.activeElement?.getAttribute('role'))) === 'application') break
      await page.keyboard.press('Shift+Tab')
    }
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-step'))).toBe('step0')
    await page.context().close()
  })
})
