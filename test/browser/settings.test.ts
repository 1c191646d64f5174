import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'

describeInBrowser('the settings', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture()
  })
  afterAll(async () => {
    // The token was renewed, so that the fixture's client is refused: nothing may be asked of the core at the end.
    await fixture.closeCore()
    await fixture[Symbol.asyncDispose]()
  })

  const open = async (): Promise<Page> => {
    const page = await fixture.open({ path: '/settings' })
    await page.getByRole('table', { name: 'Sessions' }).waitFor()
    return page
  }
  const statusWith = async (token: string): Promise<number> =>
    (await fetch(`${fixture.url}/api/v1/runs`, { headers: { Authorization: `Bearer ${token}` } })).status

  test('have nothing that axe finds, and say what core this is and where its data lie', async () => {
    const page = await open()
    await expectAccessibleInBoth(page)
    const about = page.getByRole('table', { name: 'About the core' })
    await about.getByText(fixture.home, { exact: true }).waitFor()
    const { version } = await fixture.client.health()
    await about.getByText(version, { exact: true }).waitFor()
    await page.context().close()
  })

  test('save the interface by the session of the browser', async () => {
    const page = await open()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /OpenAPI/ }).click(),
    ])
    expect(JSON.parse(readFileSync(await download.path(), 'utf8'))).toMatchObject({ openapi: '3.1.0' })
    await page.context().close()
  })

  test('choose the colours, which outlive the page', async () => {
    const page = await open()
    await page.getByRole('radio', { name: 'Dark' }).check()
    await page.reload()
    await page.locator('html[data-mantine-color-scheme="dark"]').waitFor({ state: 'attached' })
    expect(await page.getByRole('radio', { name: 'Dark' }).isChecked()).toBe(true)
    await page.context().close()
  })

  test('make a token that is shown once and works until it is revoked, by keyboard alone', async () => {
    const page = await open()
    await page.getByLabel('Name of a new token').focus()
    await page.keyboard.type('prometheus')
    await page.keyboard.press('Enter')
    const shown = page.getByRole('dialog', { name: 'The token prometheus' })
    const token = (await shown.getByText(/^[0-9a-f]{64}$/).textContent()) ?? ''
    await expectAccessibleInBoth(page)
    await page.keyboard.press('Escape')
    await shown.getByRole('button', { name: 'I have copied it' }).focus()
    await page.keyboard.press('Enter')
    await shown.waitFor({ state: 'detached' })
    expect(await statusWith(token)).toBe(200)
    expect(await page.content()).not.toContain(token)

    const revoke = page.getByRole('button', { name: 'Revoke prometheus' })
    await revoke.focus()
    await page.keyboard.press('Enter')
    const question = page.getByRole('dialog', { name: 'Revoke the token prometheus?' })
    const goBack = question.getByRole('button', { name: 'Go back' })
    await expect.poll(() => goBack.evaluate((it) => it === document.activeElement)).toBe(true)
    await expectAccessibleInBoth(page)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await revoke.waitFor({ state: 'detached' })
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
    expect(await statusWith(token)).toBe(401)
    await page.context().close()
  })

  test('refuse a name that is taken, and keep it in its field', async () => {
    const page = await open()
    await fixture.client.createToken({ name: 'taken' })
    await page.getByLabel('Name of a new token').fill('taken')
    await page.getByRole('button', { name: 'Make token' }).click()
    await page.getByText(/there is a token named taken already/).waitFor()
    expect(await page.getByLabel('Name of a new token').inputValue()).toBe('taken')
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('end the session of another browser, whose page says so at once', async () => {
    const other = await fixture.open({
      path: '/pipelines',
      context: { userAgent: 'Mozilla/5.0 (X11; Linux) Firefox/140.0' },
    })
    await other.getByRole('heading', { level: 1, name: 'Pipelines' }).waitFor()
    const page = await open()
    await page.getByRole('button', { name: /^Revoke Firefox on Linux/ }).click()
    await page.getByRole('button', { name: 'Revoke session' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('rowheader', { name: 'Firefox on Linux' }).waitFor({ state: 'detached' })
    await other.getByText('This browser may no longer talk to the core').waitFor()
    await other.getByRole('button', { name: 'Load again' }).click()
    await other.getByRole('heading', { name: 'This browser has no session' }).waitFor()
    await other.context().close()
    await page.context().close()
  })

  test('sign this browser out', async () => {
    const page = await open()
    await page.getByText('this browser', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'This browser has no session' }).waitFor()
    await page.goto(`${fixture.url}/settings`)
    await page.getByRole('heading', { name: 'This browser has no session' }).waitFor()
    await page.context().close()
  })

  test('renew the token of the data folder: the old one is refused, this page goes on', async () => {
    const page = await open()
    const file = join(fixture.home, 'token')
    await page.getByText(file, { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Renew the token of the data folder' }).click()
    const question = page.getByRole('dialog', { name: 'Renew the token of the data folder?' })
    await question.waitFor()
    await expectAccessibleInBoth(page)
    await question.getByRole('button', { name: 'Renew token' }).click()
    await question.waitFor({ state: 'detached' })
    expect(await statusWith(fixture.token)).toBe(401)
    expect(await statusWith(readFileSync(file, 'utf8').trim())).toBe(200)
    await page.reload()
    await page.getByRole('table', { name: 'Sessions' }).waitFor()
    await page.context().close()
  })
})
