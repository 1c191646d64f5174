import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'
import { withoutEngine } from '#test/support/without-engine.ts'

const NARROW = { width: 400, height: 900 }

describeInBrowser('the settings of the engine and the secrets', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture(withoutEngine)
    // Never into the keychain of whoever runs the tests.
    await fixture.client.setSetting({ key: 'secrets.keychain', value: false })
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  const open = async (viewport = { width: 1280, height: 1200 }): Promise<Page> => {
    const page = await fixture.open({ path: '/settings', context: { viewport } })
    await page.getByRole('group', { name: 'docker.host' }).waitFor()
    return page
  }
  const setting = async (key: string) => (await fixture.client.listSettings()).settings.find((it) => it.key === key)

  test('say whether the engine answers, and where each value is from', async () => {
    const page = await open()
    const engine = page.getByRole('status', { name: 'Container engine' })
    await engine.getByText('unavailable', { exact: true }).waitFor()
    await engine.getByText(/no-engine\.sock/).waitFor()
    const host = page.getByRole('group', { name: 'docker.host' })
    await host.getByText('From the file.').waitFor()
    await page.getByRole('group', { name: 'docker.defaultImage' }).getByText('This is the default.').waitFor()
    await page.getByText(join(fixture.home, 'settings.json'), { exact: true }).waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('are set and reset by keyboard alone; what is wrong is said in the field', async () => {
    const page = await open(NARROW)
    const group = page.getByRole('group', { name: 'docker.defaultImage' })
    const field = group.getByRole('textbox', { name: 'docker.defaultImage' })
    await field.focus()
    await page.keyboard.type('no image')
    await page.keyboard.press('Enter')
    await group.getByText(/use the name of an image/).waitFor()
    expect(await field.inputValue()).toBe('no image')
    await expectAccessibleInBoth(page)
    await field.fill('busybox:1.35')
    await page.keyboard.press('Enter')
    await group.getByText('From the file.').waitFor()
    expect(await setting('docker.defaultImage')).toMatchObject({ value: 'busybox:1.35', source: 'file' })
    await expectAccessibleInBoth(page)
    await group.getByRole('button', { name: 'Reset docker.defaultImage' }).focus()
    await page.keyboard.press('Enter')
    await group.getByText('This is the default.').waitFor()
    expect(await field.inputValue()).toBe('')
    await expect.poll(() => field.evaluate((it) => it === document.activeElement)).toBe(true)
    await page.getByRole('switch', { name: 'docker.buildProxies' }).uncheck()
    await expect.poll(() => setting('docker.buildProxies')).toMatchObject({ value: false, source: 'file' })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400)
    await page.context().close()
  })

  test('follow a change by another; what is being typed stays', async () => {
    const page = await open()
    const network = page.getByRole('textbox', { name: 'docker.buildNetwork' })
    const image = page.getByRole('textbox', { name: 'docker.defaultImage' })
    await image.fill('half-typed')
    await fixture.client.setSetting({ key: 'docker.buildNetwork', value: 'host' })
    await expect.poll(() => network.inputValue()).toBe('host')
    expect(await image.inputValue()).toBe('half-typed')
    await page.context().close()
  })

  test('keep a secret whose value no page, file or answer shows', async () => {
    const page = await open(NARROW)
    const form = page.getByRole('form', { name: 'New secret' })
    await page.getByText('There are none yet.').waitFor()
    await page.getByText(join(fixture.home, 'secrets.json'), { exact: true }).waitFor()
    const value = form.getByLabel(/^Value/)
    expect(await value.getAttribute('type')).toBe('password')
    await form.getByLabel('Secret').fill('shop')
    await form.getByLabel('Key').fill('token')
    await value.fill('open-sesame-4711')
    await value.press('Enter')
    await page
      .getByRole('table', { name: 'Secrets that are kept' })
      .getByRole('row', { name: /shop token the encrypted file/ })
      .waitFor()
    expect(await value.inputValue()).toBe('')
    await expectAccessibleInBoth(page)
    await page.reload()
    await page.getByRole('row', { name: /shop token/ }).waitFor()
    expect(await page.content()).not.toContain('open-sesame-4711')
    expect(readFileSync(join(fixture.home, 'secrets.json'), 'utf8')).not.toContain('open-sesame-4711')
    await form.getByLabel('Secret').fill('shop')
    await form.getByLabel('Key').fill('token')
    await form.getByRole('button', { name: 'Replace value' }).waitFor()
    await form.getByLabel('Key').fill('to ken')
    await form.getByText('Letters and digits, inside also ., _ and -').waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test.each([
    ['of the app', 'app', true, /encrypted by this app: the system keeps its key \(gnome_libsecret\)/],
    ['of a desktop without a keyring', 'file', false, /app is not used: .* everybody knows the key .*\(basic_text\)/],
  ] as const)('say where new secrets go with the encryption %s', async (_name, store, isStrong, sentence) => {
    const page = await open(NARROW)
    const app = { backend: isStrong ? 'gnome_libsecret' : 'basic_text', isStrong }
    const row = { name: 'shop', key: 'token', store, updatedAt: '2026-11-27T00:00:00.000Z' }
    const view = { secrets: [row], store, keychain: null, app, file: '/home/ada/.mini-submarine/secrets.json' }
    await page.route('**/api/v1/secrets', (route) => route.fulfill({ json: view }))
    await page.reload()
    await page.getByText(sentence).waitFor()
    await page.getByRole('row', { name: isStrong ? /shop token the file, by the app/ : /the encrypted file/ }).waitFor()
    await expectAccessibleInBoth(page)
  })

  test('refuse a pasted secret of several lines instead of changing it', async () => {
    const page = await open()
    const value = page.getByRole('form', { name: 'New secret' }).getByLabel(/^Value/)
    const paste = (text: string) =>
      value.evaluate((it, data) => {
        const clipboardData = new DataTransfer()
        clipboardData.setData('text', data)
        return it.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
      }, text)
    expect(await paste('one\ntwo')).toBe(false)
    await page.getByText(/^This has several lines/).waitFor()
    await expectAccessibleInBoth(page)
    // The line break that an editor puts at the end is none of the value.
    expect(await paste('one\n')).toBe(true)
    await page.getByText(/^This has several lines/).waitFor({ state: 'detached' })
    await page.context().close()
  })

  test('delete a secret after a question; the list follows what the command line does', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Delete shop, token' }).click()
    const question = page.getByRole('dialog', { name: 'Delete the key token of the secret shop?' })
    await question.getByText('Its value cannot be had back.').waitFor()
    await expectAccessibleInBoth(page)
    await question.getByRole('button', { name: 'Delete the value' }).click()
    await page.getByText('There are none yet.').waitFor()
    expect((await fixture.client.listSecrets()).secrets).toEqual([])
    await fixture.client.setSecret({ name: 'other', key: 'key', value: 'x' })
    await page.getByRole('row', { name: /^other key/ }).waitFor()
    await page.context().close()
  })
})
