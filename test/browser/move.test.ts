import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser, describeWithDocker } from '#test/support/requirements.ts'
import { withoutEngine } from '#test/support/without-engine.ts'

/** As a process it goes on until its file is there; in a container it ends at once. */
function steps(file: string): object {
  const slow = `[ -d /mini-submarine ] || until [ -e ${file} ]; do sleep 0.1; done`
  return {
    steps: {
      first: { command: ['true'], cache: false },
      slow: { needs: ['first'], command: ['sh', '-c', slow], cache: false },
      last: { needs: ['slow'], command: ['true'], cache: false },
    },
  }
}

async function start(fixture: PageFixture, name: string): Promise<{ run: string; end: () => void }> {
  const file = join(fixture.folder, `${name}.end`)
  const { id } = await fixture.client.startRun({ file: fixture.pipeline(steps(file), name) })
  for await (const events of fixture.client.events(id))
    if (events.some((event) => event.kind === 'attempt.started' && event.step === 'slow')) break
  return { run: id, end: () => writeFileSync(file, '') }
}

const head = (page: Page) => page.getByRole('region', { name: 'State of the run' })
const notice = (page: Page) => page.getByRole('status', { name: 'Move' })
const dialogOf = async (page: Page) => {
  await page.getByRole('button', { name: 'Move to…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Move the run to another target' })
  await dialog.getByRole('radio', { name: /^docker/ }).waitFor()
  return dialog
}

describeInBrowser('a run that cannot be moved', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture(withoutEngine)
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  test('goes on, and its page says why, also later', async () => {
    const { run } = await start(fixture, 'stays')
    const page = await fixture.open({ path: `/runs/${run}` })
    const dialog = await dialogOf(page)
    await dialog.getByText('The move is refused until it answers').waitFor()
    await dialog.getByRole('checkbox', { name: 'Let steps that run end first' }).check()
    await expectAccessibleInBoth(page)
    await dialog.getByRole('button', { name: 'Move the run' }).click()
    await dialog.getByText('It was not moved').waitFor()
    await dialog
      .getByText(/no-engine\.sock/)
      .last()
      .waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await notice(page).getByText('Its move to docker failed').waitFor()
    await page.reload()
    await notice(page)
      .getByText(/no-engine\.sock.*It can be asked for again\./)
      .waitFor()
    await expectAccessibleInBoth(page)
    expect((await fixture.client.showRun({ run })).status).toBe('running')
    await fixture.client.cancelRun({ run })
    await page.context().close()
  })

  test('is one that succeeded: it has no button', async () => {
    const { id } = await fixture.run(fixture.pipeline({ steps: { a: { command: ['true'] } } }, 'done'))
    const page = await fixture.open({ path: `/runs/${id}` })
    await head(page).getByText('succeeded', { exact: true }).first().waitFor()
    expect(await page.getByRole('button', { name: 'Move to…' }).count()).toBe(0)
    await page.context().close()
  })
})

describeInBrowser('a run that is moved', () => {
  describeWithDocker('into containers', () => {
    let fixture: PageFixture
    beforeAll(async () => {
      fixture = await openPageFixture()
      await fixture.client.setSetting({ key: 'docker.defaultImage', value: 'busybox:1.35' })
    })
    afterAll(() => fixture[Symbol.asyncDispose]())

    test('is moved from its page by keyboard, and the page of the new run comes', async () => {
      const { run } = await start(fixture, 'now')
      const page = await fixture.open({ path: `/runs/${run}` })
      const dialog = await dialogOf(page)
      await dialog.getByRole('button', { name: 'Move the run' }).focus()
      await page.keyboard.press('Enter')
      await head(page).getByText('Target docker').waitFor()
      await head(page)
        .getByText(/Goes on with/)
        .waitFor()
      const next = new URL(page.url()).pathname.split('/').at(-1) ?? ''
      expect(await fixture.end(next)).toMatchObject({ status: 'succeeded', movedFrom: { run } })
      await page.goBack()
      await head(page)
        .getByText(/Goes on as/)
        .waitFor()
      expect(await page.getByRole('button', { name: 'Move to…' }).count()).toBe(0)
      await page.context().close()
    })

    test('is drained where its steps are to end first; the page says so, and the new run comes', async () => {
      const { run, end } = await start(fixture, 'drained')
      const page = await fixture.open({ path: `/runs/${run}` })
      const dialog = await dialogOf(page)
      await dialog.getByRole('checkbox', { name: 'Let steps that run end first' }).check()
      await dialog.getByRole('button', { name: 'Move the run' }).click()
      await dialog.getByRole('status').getByText('Moving …').waitFor()
      await head(page).getByText('draining', { exact: true }).waitFor()
      await expectAccessibleInBoth(page)
      await dialog.getByRole('button', { name: 'Give up' }).click()
      const goesOn = page.getByRole('alert').filter({ hasText: 'The move goes on' })
      await goesOn.getByText(new RegExp(run)).waitFor()
      await expectAccessibleInBoth(page)
      await goesOn.getByRole('button').click()
      await goesOn.waitFor({ state: 'detached' })
      await page.keyboard.press('Escape')
      await notice(page).getByText('Steps that run here end first, and no other begins.').waitFor()
      await page.reload()
      await head(page).getByText('draining', { exact: true }).waitFor()
      await notice(page).getByText('It is being moved to docker').waitFor()
      await expectAccessibleInBoth(page)
      end()
      await head(page)
        .getByText(/Goes on as/)
        .waitFor()
      await expect.poll(() => notice(page).innerText()).toBe('')
      await page.context().close()
    })

    test('can be cancelled while it is drained, which gives up its move', async () => {
      const { run, end } = await start(fixture, 'given-up')
      const moving = fixture.client.moveRun({ run, target: 'docker', mode: 'wait' }).catch((error: unknown) => error)
      const page = await fixture.open({ path: `/runs/${run}` })
      await head(page).getByText('draining', { exact: true }).waitFor()
      await page.getByRole('button', { name: 'Cancel', exact: true }).click()
      await page.getByText(/Its move is given up too\./).waitFor()
      await expectAccessibleInBoth(page)
      await page.getByRole('button', { name: 'Cancel the run' }).click()
      expect(await fixture.end(run)).toMatchObject({ status: 'cancelled' })
      await moving
      await notice(page).getByText('Its move to docker failed').waitFor()
      expect(existsSync(join(fixture.folder, 'given-up.end'))).toBe(false)
      end()
      await page.context().close()
    })
  })
})
