import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser, describeWithDocker } from '#test/support/requirements.ts'

describeInBrowser('with a container engine', () => {
  describeWithDocker('the page', () => {
    let fixture: PageFixture
    beforeAll(async () => {
      fixture = await openPageFixture()
      await fixture.client.setSetting({ key: 'docker.defaultImage', value: 'busybox:1.35' })
      await fixture.client.addFolder({ path: fixture.folder })
      writeFileSync(
        join(fixture.folder, 'Dockerfile'),
        `FROM busybox:1.35\nENV MARK=${randomBytes(8).toString('hex')}\n`,
      )
      fixture.pipeline({ steps: { say: { command: ['sh', '-c', 'sleep 4; cat /etc/hostname'] } } }, 'contained')
      const environments = { own: { dockerfile: 'Dockerfile' } }
      fixture.pipeline({ environments, steps: { one: { environment: 'own', command: ['true'] } } }, 'built')
    })
    afterAll(() => fixture[Symbol.asyncDispose]())

    const open = async (name: string): Promise<Page> => {
      const page = await fixture.open({ path: '/pipelines' })
      await page.getByRole('link', { name, exact: true }).click()
      await page.getByRole('radio', { name: 'docker', exact: true }).check()
      return page
    }

    test('starts a run in containers, says where it runs, and draws what it uses', async () => {
      const page = await open('contained')
      await page.getByText(/^Docker .* at .*/).waitFor()
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      await page.getByRole('region', { name: 'State of the run' }).getByText('Target docker').waitFor()
      const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
      expect(await fixture.end(id)).toMatchObject({ status: 'succeeded', target: 'docker' })
      await page.goto(`${fixture.url}/runs/${id}?step=say&tab=resources`)
      await page.getByRole('img', { name: /^Memory over time/ }).waitFor()
      await page.getByRole('row', { name: /^Peak memory [\d.]+ [kM]B/ }).waitFor()
      await expectAccessibleInBoth(page)
      await page.context().close()
    })

    test('links a run that was moved into containers with the one that goes on, both ways', async () => {
      const make = {
        command: ['sh', '-c', 'echo 7 > ${{ outputs.n.path }}'],
        outputs: { n: { type: 'integer' } },
        cache: false,
      }
      const slow = {
        command: ['sh', '-c', '[ -d /mini-submarine ] || sleep 600; cat "$MINISUB_INPUTS/n"'],
        inputs: { n: '${{ steps.make.outputs.n }}' },
      }
      const here = await fixture.client.startRun({ file: fixture.pipeline({ steps: { make, slow } }, 'moved') })
      for await (const events of fixture.client.events(here.id)) {
        if (events.some((event) => event.kind === 'attempt.started' && event.step === 'slow')) break
      }
      const page = await fixture.open({ path: `/runs/${here.id}?view=details` })
      const state = page.getByRole('region', { name: 'State of the run' })
      await state.getByText('running').first().waitFor()
      const { run } = await fixture.client.moveRun({ run: here.id, target: 'docker' })
      expect(await fixture.end(run.id)).toMatchObject({ status: 'succeeded', target: 'docker' })
      // It is on the page while it is moved: the link comes without a reload.
      const there = page.getByRole('row', { name: `Goes on as ${run.id} on docker` })
      await there.waitFor()
      await state.getByText(/^Goes on as …\w+ on docker$/).waitFor()
      await expectAccessibleInBoth(page)
      await there.getByRole('link').click()
      await page.waitForURL(`**/runs/${run.id}*`)
      await page.getByRole('tab', { name: 'Details' }).click()
      await page
        .getByRole('row', { name: `Goes on with ${here.id} on process` })
        .getByRole('link')
        .waitFor()
      await expectAccessibleInBoth(page)
      expect(await page.getByRole('row', { name: /^Resumes/ }).count()).toBe(0)
      await page.setViewportSize({ width: 400, height: 800 })
      await expectAccessibleInBoth(page)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400)
      await page.context().close()
    })

    describe('an environment', () => {
      test('is built as an image, with what the engine says; the page lists it by name and platform', async () => {
        const page = await open('built')
        await page.getByText('For docker they are images of the container engine.').waitFor()
        await page.getByRole('button', { name: 'Build now' }).click()
        await page.getByText(/: image minisub-env:[0-9a-f]{16}-linux-\w+, [\d.]+ MB, ready$/).waitFor()
        await expectAccessibleInBoth(page)
        await page.getByRole('link', { name: /^[0-9a-f]{12}$/ }).click()
        const image = page.getByRole('region', { name: 'As image' })
        await image.getByText(/^linux\/\w+$/).waitFor()
        await image.getByRole('link', { name: 'built' }).waitFor()
        await expectAccessibleInBoth(page)
        await page.context().close()
      })

      test('is deleted as an image alone, after a question', async () => {
        const own = (await fixture.client.listEnvironments()).environments.filter(({ users }) =>
          users.includes('built'),
        )
        expect(own.map(({ kind }) => kind)).toEqual(['image'])
        const [environment] = own
        const page = await fixture.open({ path: '/environments' })
        await page
          .getByRole('button', { name: `Delete environment ${environment?.digest.slice(0, 12)} (image)` })
          .click()
        const question = page.getByRole('dialog')
        await question.getByText(/^This frees up to .* Layers that other images share stay\./).waitFor()
        await expectAccessibleInBoth(page)
        await question.getByRole('button', { name: 'Delete image' }).click()
        await question.waitFor({ state: 'detached' })
        const left = (await fixture.client.listEnvironments()).environments
        expect(left.filter(({ digest }) => digest === environment?.digest)).toEqual([])
        await page.context().close()
      })

      test('whose base is pulled shows its bytes as a bar', async () => {
        const page = await open('built')
        // A pull from near by is over before it is seen: the lines of a slow one, then, as the core sends them.
        await page.evaluate(() => {
          const real = window.fetch
          window.fetch = (input, init) => {
            const isBuild = input instanceof URL && input.pathname.endsWith('/environments') && init?.method === 'POST'
            if (!isBuild) return real(input, init)
            const lines = ['pulling far:1', 'pulling far:1: 12.0 MB of 48.0 MB'].map((line) => JSON.stringify({ line }))
            const body = new ReadableStream({
              start: (controller) => {
                controller.enqueue(new TextEncoder().encode(`${lines.join('\n')}\n`))
                init.signal?.addEventListener('abort', () => controller.error(init.signal?.reason))
              },
            })
            return Promise.resolve(new Response(body, { headers: { 'content-type': 'application/x-ndjson' } }))
          }
        })
        await page.getByRole('button', { name: 'Build now' }).click()
        const bar = page.getByRole('progressbar', { name: 'Bytes of far:1' })
        await bar.waitFor()
        expect(await bar.getAttribute('aria-valuenow')).toBe('25')
        await page.getByText('12.0 MB of 48.0 MB', { exact: true }).waitFor()
        await expectAccessibleInBoth(page)
        await page.getByRole('button', { name: 'Give up' }).click()
        await page.getByText('Given up; what was complete by then is kept.').waitFor()
        await page.context().close()
      })
    })
  })
})
