import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAccessible, openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'
import { withoutEngine } from '#test/support/without-engine.ts'

const PLACES = ['Pipelines', 'Runs', 'Schedules', 'Environments', 'Settings']

describeInBrowser('the frame of the page', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture(withoutEngine)
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  test('lets in who comes with a code, once, and takes the code out of the address', async () => {
    const page = await fixture.open()
    await page.getByRole('heading', { level: 1, name: 'Pipelines' }).waitFor()
    expect(new URL(page.url()).hash).toBe('')
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Pipelines' }).waitFor()
    await page.context().close()
  })

  test('tells a stranger how to come in', async () => {
    const context = await fixture.browser.newContext()
    const page = await context.newPage()
    await page.goto(`${fixture.url}/runs`)
    await page.getByRole('heading', { name: 'This browser has no session' }).waitFor()
    expect(await page.getByText('minisub open').count()).toBe(1)
    await expectAccessible(page)
    // Loads anew by itself, since a code has come.
    await page.goto(`${fixture.url}/runs#code=${'0'.repeat(64)}`)
    await expect.poll(() => new URL(page.url()).hash).toBe('')
    await page.getByRole('heading', { name: 'This browser has no session' }).waitFor()
    await context.close()
  })

  test('is reached by keyboard alone: every place, each with its heading in focus', async () => {
    const page = await fixture.open({ path: '/pipelines' })
    await page.getByRole('heading', { level: 1, name: 'Pipelines' }).waitFor()
    await page.locator('body').press('Tab')
    for (const place of PLACES.slice(1)) {
      await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place }).focus()
      await page.keyboard.press('Enter')
      const heading = page.getByRole('heading', { level: 1, name: place })
      await heading.waitFor()
      await expect.poll(() => heading.evaluate((it) => it === document.activeElement)).toBe(true)
      await expect.poll(() => page.title()).toBe(`${place} · Mini-Submarine`)
    }
    await page.context().close()
  })

  test('skips to the content with the first key', async () => {
    const page = await fixture.open({ path: '/settings' })
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).innerText)).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main')
    await page.context().close()
  })

  test.each(['light', 'dark'] as const)('has nothing that axe finds, %s', async (colorScheme) => {
    const page = await fixture.open({ path: '/pipelines', context: { colorScheme } })
    for (const place of PLACES) {
      await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place }).click()
      await page.getByRole('heading', { level: 1, name: place }).waitFor()
      await page.waitForLoadState('networkidle')
      await expectAccessible(page)
    }
    await page.context().close()
  })

  test('has nothing that axe finds while a tooltip is open, also over a drawer', async () => {
    const run = await fixture.run(fixture.pipeline({ steps: { a: { command: ['true'] } } }, 'tooltip'))
    const page = await fixture.open({ path: `/runs/${run.id}?step=a` })
    const times = page.getByRole('dialog').locator('time')
    await times.first().hover()
    await page.getByRole('tooltip').waitFor()
    const isOnTop = await page.getByRole('tooltip').evaluate((tip) => {
      const { left, top, width, height } = tip.getBoundingClientRect()
      tip.style.pointerEvents = 'auto'
      return tip.contains(document.elementFromPoint(left + width / 2, top + height / 2))
    })
    expect(isOnTop).toBe(true)
    await expectAccessible(page)
    await page.context().close()
  })

  test('keeps the colours that were chosen, whatever the system has', async () => {
    const page = await fixture.open({ path: '/settings', context: { colorScheme: 'light' } })
    await page.getByRole('button', { name: 'Colours' }).click()
    await page.getByRole('dialog').getByRole('radio', { name: 'Dark' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('dialog').getByRole('radio', { name: 'Dark' }).click()
    const scheme = () => page.evaluate(() => document.documentElement.dataset['mantineColorScheme'])
    await expect.poll(scheme).toBe('dark')
    await page.reload()
    await expect.poll(scheme).toBe('dark')
    await page.context().close()
  })

  test('goes to a place by its name in the palette', async () => {
    const page = await fixture.open({ path: '/pipelines' })
    await page.getByRole('heading', { level: 1, name: 'Pipelines' }).waitFor()
    await page.keyboard.press('Control+K')
    await page.getByRole('textbox', { name: 'Go to' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('textbox', { name: 'Go to' }).fill('environ')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Environments' }).waitFor()
    await page.context().close()
  })

  test('asks nothing of any host but its own, and what it must not do is noticed', async () => {
    const page = await fixture.open({ path: '/pipelines' })
    const hosts = new Set<string>()
    page.on('request', (request) => hosts.add(new URL(request.url()).host))
    page.on('websocket', (socket) => hosts.add(new URL(socket.url()).host))
    await page.reload()
    for (const place of PLACES) {
      await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place }).click()
      await page.getByRole('heading', { level: 1, name: place }).waitFor()
      await page.waitForLoadState('networkidle')
    }
    expect([...hosts]).toEqual([new URL(fixture.url).host])
    expect(fixture.takeFaults()).toEqual([])
    // Later, since what a test evaluates itself may do more than the page.
    await page.evaluate(() => {
      setTimeout(() => void fetch('http://127.0.0.1:9/').catch(() => undefined))
      // oxlint-disable-next-line no-new-func, no-implied-eval -- what the policy of the page is there to forbid
      setTimeout(() => new Function('return 1')())
      setTimeout(() => document.body.append(Object.assign(document.createElement('script'), { text: 'isEvil = 1' })))
    })
    const seen: string[] = []
    const breaches = () => {
      seen.push(...fixture.takeFaults())
      return new Set(seen.map((fault) => /^policy: (\S+)/.exec(fault)?.[1]))
    }
    await expect.poll(breaches).toEqual(new Set(['connect-src', 'script-src', 'script-src-elem', undefined]))
    expect(await page.evaluate(() => 'isEvil' in globalThis)).toBe(false)
    await page.context().close()
    fixture.takeFaults()
  })

  test('says of an address that no page has what to do', async () => {
    const page = await fixture.open({ path: '/nothing/of/the/kind' })
    await page.getByRole('heading', { name: 'No page has this address' }).waitFor()
    await expectAccessible(page)
    await page.context().close()
  })

  test('says that the core is away, and goes on by itself when another one is there', async () => {
    const page = await fixture.open({ path: '/runs' })
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor()
    await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }))
    await fixture.closeCore()
    await page.getByText('The core does not answer').waitFor()
    await expectAccessible(page)
    await fixture.openCore()
    await page.getByText('The core does not answer').waitFor({ state: 'detached' })
    const run = await fixture.run(fixture.pipeline({ steps: { a: { command: ['true'] } } }, 'after-restart'))
    await page.getByRole('link', { name: run.id.slice(0, 14) }).waitFor()
    expect(run.status).toBe('succeeded')
    expect(await page.evaluate(() => 'isSamePage' in globalThis)).toBe(true)
    await page.context().close()
  })

  test('goes to pages that were not seen yet while the core is away, and shows them when it is back', async () => {
    const page = await fixture.open({ path: '/runs' })
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor()
    await page.waitForFunction(() => performance.getEntriesByName('pages-loaded').length > 0)
    await fixture.closeCore()
    await page.getByRole('link', { name: 'Schedules' }).click()
    await page.getByRole('heading', { level: 1, name: 'Schedules' }).waitFor()
    await fixture.openCore()
    await page.getByRole('heading', { name: 'Nothing starts by the clock yet' }).waitFor()
    await page.context().close()
  })

  test('goes on where the browser has no network: the core needs none', async () => {
    const page = await fixture.open({ path: '/runs' })
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor()
    await page.evaluate(() => window.dispatchEvent(new Event('offline')))
    await page.getByRole('link', { name: 'Environments' }).click()
    await page.getByRole('heading', { name: 'No environment was built yet' }).waitFor()
    await page.context().close()
  })

  test('takes a code that is pasted over its own address', async () => {
    const context = await fixture.browser.newContext()
    const page = await context.newPage()
    await page.goto(`${fixture.url}/settings`)
    await page.getByRole('heading', { name: 'This browser has no session' }).waitFor()
    const { code } = await fixture.client.createSessionCode()
    await page.goto(`${fixture.url}/settings#code=${code}`)
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    expect(new URL(page.url()).hash).toBe('')
    await context.close()
  })

  test('may still do things when the browser has come in once more in another tab', async () => {
    const page = await fixture.open({ path: '/settings' })
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    const other = await page.context().newPage()
    const { code } = await fixture.client.createSessionCode()
    await other.goto(`${fixture.url}/runs#code=${code}`)
    await other.getByRole('heading', { level: 1, name: 'Runs' }).waitFor()
    await page.getByRole('textbox', { name: 'Name of a new token' }).fill('two-tabs')
    await page.getByRole('button', { name: 'Make token' }).click()
    await page.getByRole('dialog', { name: 'The token two-tabs' }).waitFor()
    await page.context().close()
  })

  test('tells who is let in no longer how to come in again', async () => {
    const page = await fixture.open({ path: '/settings' })
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    const other = await page.context().newPage()
    await other.goto(`${fixture.url}/settings`)
    await other.getByRole('button', { name: 'Sign out' }).click()
    await other.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('This browser may no longer talk to the core').waitFor()
    await page.getByText('minisub open').waitFor()
    await expectAccessible(page)
    await page.context().close()
  })

  test('moves nothing for who wants less motion, and fits a narrow window', async () => {
    const context = { reducedMotion: 'reduce', viewport: { width: 400, height: 700 } } as const
    const page = await fixture.open({ path: '/pipelines', context })
    await page.getByRole('button', { name: 'Navigation' }).click()
    const link = page.getByRole('link', { name: 'Runs' })
    await link.waitFor()
    expect(await link.evaluate((it) => getComputedStyle(it).transitionDuration)).toBe('0s')
    await link.click()
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor()
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
    expect(wide).toBe(false)
    await page.context().close()
  })
})
