import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Opened } from '#core/contract/desktop.ts'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { dragAbove, lendBridge, openByApp } from '#test/support/desktop-bridge.ts'
import { describeInBrowser } from '#test/support/requirements.ts'
import { withoutEngine } from '#test/support/without-engine.ts'

const ONE_STEP = { steps: { a: { command: ['true'] } } }

describeInBrowser('what the app is asked to open', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture(withoutEngine)
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()
  const openApp = async (opened: readonly Opened[] = []): Promise<Page> => {
    const page = await fixture.open({ path: '/environments', prepare: lendBridge(opened) })
    if (opened.length === 0) await heading(page, 'Environments')
    return page
  }
  const note = (page: Page, text: RegExp | string) => page.getByRole('alert').filter({ hasText: text })
  const pathOf = (page: Page) => new URL(page.url()).pathname + new URL(page.url()).search
  /** A folder of its own beside that of the fixture, with a file in it. */
  const folderWith = (name: string, file = 'wine.pipeline.yaml', text = pipelineText(name)): string => {
    const folder = join(fixture.folder, '..', name)
    mkdirSync(folder)
    writeFileSync(join(folder, file), text)
    return folder
  }
  const folders = async () => (await fixture.client.listPipelines()).folders.map(({ path }) => path)

  test('is the page that waits when the window comes, and pages that come later', async () => {
    const page = await openApp([{ kind: 'page', path: '/runs?search=wine' }])
    await heading(page, 'Runs')
    expect(pathOf(page)).toBe('/runs?search=wine')
    await openByApp(page, { kind: 'page', path: '/schedules' })
    await heading(page, 'Schedules')
    await openByApp(page, { kind: 'page', path: '/' })
    await heading(page, 'Pipelines')
    await page.goBack()
    await heading(page, 'Schedules')
    await page.context().close()
  })

  test('is no page of another place or of none: a note says so and nothing changes', async () => {
    const page = await openApp()
    const bad = [
      '//evil.example',
      'https://evil.example/runs',
      'javascript:document.title=1',
      '/runs/../../x',
      '/runs/../settings',
      '/api/v1/runs',
      '/nothing/of/the/kind',
      '/\\evil.example',
      `/${'x'.repeat(3_000)}`,
      '',
    ]
    for (const path of bad) {
      await openByApp(page, { kind: 'page', path })
      const shown = note(page, `The workbench has no page ${path.slice(0, 200)}`)
      await shown.waitFor()
      if (path === bad[0]) await expectAccessibleInBoth(page)
      await shown.getByRole('button').click()
      await shown.waitFor({ state: 'detached' })
      expect(pathOf(page)).toBe('/environments')
    }
    expect(await page.title()).toBe('Environments · Mini-Submarine')
    await page.context().close()
  })

  test('is a pipeline that is listed: its page', async () => {
    const folder = folderWith('listed')
    await fixture.client.addFolder({ path: folder })
    const page = await openApp([{ kind: 'pipeline', file: join(folder, 'wine.pipeline.yaml') }])
    await heading(page, 'listed')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.context().close()
  })

  test('is a pipeline of a folder that was not added: only after a question, by keyboard', async () => {
    const folder = folderWith('unknown')
    const page = await openApp()
    const before = await folders()
    await openByApp(page, { kind: 'pipeline', file: join(folder, 'wine.pipeline.yaml') })
    const question = page.getByRole('dialog', { name: 'Add the folder of unknown?' })
    await question.getByText(folder, { exact: true }).waitFor()
    await expectAccessibleInBoth(page)
    await page.keyboard.press('Enter')
    await question.waitFor({ state: 'detached' })
    expect(await folders()).toEqual(before)
    expect(pathOf(page)).toBe('/environments')
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1')

    await openByApp(page, { kind: 'pipeline', file: join(folder, 'wine.pipeline.yaml') })
    await question.getByRole('button', { name: 'Go back' }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await heading(page, 'unknown')
    expect(await folders()).toContain(folder)
    await page.context().close()
  })

  test('is a pipeline by a link to its folder', async () => {
    const folder = folderWith('linked')
    symlinkSync(folder, `${folder}-link`)
    const page = await openApp([{ kind: 'pipeline', file: join(`${folder}-link`, 'wine.pipeline.yaml') }])
    await page.getByRole('button', { name: 'Add the folder and open it' }).click()
    await heading(page, 'linked')
    expect(await folders()).toContain(folder)
    await page.context().close()
  })

  test.each([
    ['is not there', undefined, /cannot be read: there is no such file/],
    ['is no YAML', 'a: 1\nb: [', /Flow sequence/],
    ['is no pipeline', 'a: 1', /the key "apiVersion" is missing/],
    ['has faults', pipelineText('broken').replace('command', 'comand'), /comand/],
  ])('is a file that %s: the problem is shown and nothing is added', async (what, text, words) => {
    const folder = folderWith(what.replaceAll(' ', '-'), text === undefined ? 'other.txt' : undefined, text ?? '')
    const before = await folders()
    const file = join(folder, 'wine.pipeline.yaml')
    const page = await openApp([{ kind: 'pipeline', file }])
    const shown = note(page, `${file} was not opened`)
    await shown.getByText(words).waitFor()
    await expectAccessibleInBoth(page)
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await folders()).toEqual(before)
    await page.context().close()
  })

  test('is a folder: the dialog that adds it, with its path, and nothing before it is answered', async () => {
    const folder = folderWith('whole')
    const page = await openApp([{ kind: 'folder', path: folder }])
    const dialog = page.getByRole('dialog', { name: 'Add a folder with pipelines' })
    await dialog.getByText(/^This folder is to be opened\./).waitFor()
    expect(await dialog.getByRole('textbox', { name: 'Path' }).inputValue()).toBe(folder)
    await expectAccessibleInBoth(page)
    expect(await folders()).not.toContain(folder)
    await dialog.getByRole('textbox', { name: 'Path' }).press('Enter')
    await heading(page, 'Pipelines')
    await page.getByRole('link', { name: 'whole', exact: true }).waitFor()
    await page.context().close()
  })

  test('is a folder that is not there: what the core says stands in the dialog', async () => {
    const page = await openApp([{ kind: 'folder', path: '/nowhere/at all' }])
    const dialog = page.getByRole('dialog', { name: 'Add a folder with pipelines' })
    await dialog.getByText(/^there is no folder \/nowhere\/at all/).waitFor()
    await dialog.getByRole('button', { name: 'Add this folder' }).click()
    await expect.poll(() => dialog.getByText(/^there is no folder \/nowhere\/at all/).count()).toBe(2)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(pathOf(page)).toBe('/environments')
    await page.context().close()
  })

  test('is several things: one question after the other', async () => {
    const [first, second] = [folderWith('first'), folderWith('second')]
    const page = await openApp([
      { kind: 'folder', path: first },
      { kind: 'folder', path: second },
      { kind: 'folder', path: second },
      { kind: 'page', path: '/runs' },
    ])
    await heading(page, 'Runs')
    const field = page.getByRole('dialog').getByRole('textbox', { name: 'Path' })
    for (const path of [first, second]) {
      await expect.poll(() => field.inputValue()).toBe(path)
      await page.getByRole('button', { name: 'Cancel' }).click()
    }
    await field.waitFor({ state: 'detached' })
    await page.context().close()
  })

  test('is dropped on the page: an area shows that it can be, and what was dropped is opened', async () => {
    const folder = folderWith('dropped')
    const page = await openApp()
    const area = page.getByText('Drop a folder or a pipeline here to open it')
    const given = await dragAbove(page, { files: [folder] })
    await given.over()
    await area.waitFor()
    await expectAccessibleInBoth(page)
    await given.leave()
    await area.waitFor({ state: 'detached' })
    await given.over()
    await given.drop()
    const dialog = page.getByRole('dialog', { name: 'Add a folder with pipelines' })
    await expect.poll(() => dialog.getByRole('textbox', { name: 'Path' }).inputValue()).toBe(folder)
    expect(await area.count()).toBe(0)

    const above = await dragAbove(page, { files: [folder] })
    await above.over()
    await above.drop()
    await note(page, 'A dialog is open: close it, then drop it again.').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })

    const pipeline = await dragAbove(page, { files: [join(folder, 'wine.pipeline.yaml')] })
    await pipeline.over()
    await pipeline.drop()
    await page.getByRole('dialog', { name: 'Add the folder of dropped?' }).waitFor()
    await page.context().close()
  })

  test('is nothing else that is dropped: texts, links, several things, other files', async () => {
    const folder = folderWith('not-dropped', 'cat.png', 'no image')
    const page = await openApp()
    const refused = [
      [{ text: { 'text/plain': 'words' } }, 'Texts, links and images are not opened here'],
      [{ text: { 'text/uri-list': 'https://evil.example/' } }, 'Texts, links and images are not opened here'],
      [{ text: { 'text/html': '<img src="https://evil.example/a.png">' } }, 'Texts, links and images are not opened'],
      [{ files: [folder, join(folder, 'cat.png')] }, '2 things were dropped at once'],
      [{ files: [join(folder, 'cat.png')] }, 'cat.png is neither a folder nor a pipeline'],
    ] as const
    for (const [dragged, words] of refused) {
      const drag = await dragAbove(page, dragged)
      await drag.over()
      await drag.drop()
      const shown = note(page, words)
      await shown.waitFor()
      await shown.getByRole('button').click()
      await shown.waitFor({ state: 'detached' })
    }
    expect(pathOf(page)).toBe('/environments')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.context().close()
  })

  test('is no text that is dragged into a field', async () => {
    const page = await fixture.open({ path: '/settings', prepare: lendBridge() })
    const field = page.getByRole('textbox', { name: 'Name of a new token' })
    await field.scrollIntoViewIfNeeded()
    const box = await field.boundingBox()
    if (box === null) throw new Error('the field is not shown')
    const at = { x: Math.round(box.x + 20), y: Math.round(box.y + box.height / 2) }
    const drag = await dragAbove(page, { text: { 'text/plain': 'wine' } }, at)
    await drag.over()
    expect(await page.getByTestId('drop-area').count()).toBe(0)
    await drag.drop()
    await expect.poll(() => field.inputValue()).toBe('wine')
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.context().close()
  })

  test('is nothing in a browser: a dropped file replaces no page, and a note says what to do', async () => {
    const file = fixture.pipeline(ONE_STEP, 'in-a-browser')
    const page = await fixture.open({ path: '/environments' })
    await heading(page, 'Environments')
    for (const files of [[file], [fixture.folder], [file, fixture.folder]]) {
      const drag = await dragAbove(page, { files })
      await drag.over()
      expect(await page.getByTestId('drop-area').count()).toBe(0)
      await drag.drop()
      const shown = note(page, 'use “Add a folder” on the page of the pipelines')
      await shown.waitFor()
      await expectAccessibleInBoth(page)
      await shown.getByRole('button').click()
      await shown.waitFor({ state: 'detached' })
    }
    expect(page.context().pages()).toHaveLength(1)
    expect(pathOf(page)).toBe('/environments')
    await page.context().close()
  })
})

function pipelineText(name: string): string {
  return `apiVersion: mini-submarine/v1
kind: Pipeline
metadata: { name: ${name} }
spec: { steps: { a: { command: ['true'] } } }
`
}
