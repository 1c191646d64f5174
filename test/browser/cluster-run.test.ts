import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunGraph } from '#core/contract/run-graph.ts'
import type { PodView, RunView, StepDetail } from '#core/contract/run.ts'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { describeInBrowser } from '#test/support/requirements.ts'
import { withoutEngine } from '#test/support/without-engine.ts'

const REASON = 'Unschedulable: 0/1 nodes are available: 1 Insufficient nvidia.com/gpu.'
const NOTICE = 'the cluster did not answer within 3 s: check the network and a VPN'
const POD: PodView = {
  name: '01kc2m3n4p5q6r7s8t9v0wxyza-s-wait-1321277341',
  namespace: 'ml',
  node: null,
  phase: 'Pending',
  startedAt: null,
  containers: [
    {
      name: 'main',
      image: 'registry.example/team/env@sha256:c0ffee',
      state: 'waiting',
      reason: 'ImagePullBackOff: no such image',
      restarts: 2,
    },
  ],
  events: [
    { time: new Date().toISOString(), type: 'Normal', reason: 'Pulling', message: 'Pulling image', count: 1 },
    { time: new Date().toISOString(), type: 'Warning', reason: 'FailedScheduling', message: REASON, count: 4 },
  ],
}

type Faked = { readonly pod?: PodView | null; readonly isWaiting?: boolean; readonly isCancelling?: boolean }

describeInBrowser('a run on a cluster', () => {
  let fixture: PageFixture
  let run: RunView
  beforeAll(async () => {
    fixture = await openPageFixture(withoutEngine)
    const declared = { outputs: { out: { type: 'file' } }, command: ['sh', '-c', 'echo hi > ${{ outputs.out.path }}'] }
    run = await fixture.run(fixture.pipeline({ steps: { wait: declared, other: { command: ['true'] } } }))
    expect(run.status).toBe('succeeded')
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  /**
   * The page of a run of this machine with answers of the core changed as those of a run on a cluster are, in states that
   * a real one is in for a moment only: whose step waits where `isWaiting`, and which is not heard of.
   */
  const open = async (
    search: string,
    { pod = POD, isWaiting = true, isCancelling = false }: Faked = {},
  ): Promise<Page> => {
    const page = await fixture.open({ path: '/runs', context: { viewport: { width: 1280, height: 900 } } })
    const counts = { succeeded: 0, failed: 0, skipped: 0, cached: 0, cancelled: 0, lost: 0 }
    const active = [{ item: 0, attempt: 1, since: Date.now(), phase: 'starting' as const }]
    await page.route('**/graph', async (route) => {
      const graph = (await (await route.fetch()).json()) as RunGraph
      const waits = { status: 'pending', reason: REASON, startedAt: null, finishedAt: null, counts, active } as const
      const steps = graph.steps.map((step) => (step.name === 'wait' ? { ...step, ...waits } : step))
      const changed = isWaiting
        ? { status: 'running' as const, finishedAt: null, notice: NOTICE, steps, cancelling: isCancelling }
        : {}
      await route.fulfill({ json: { ...graph, target: 'far', ...changed } satisfies RunGraph })
    })
    await page.route('**/steps/wait', async (route) => {
      const detail = (await (await route.fetch()).json()) as StepDetail
      const attempts = detail.attempts.map((it) => ({ ...it, status: 'pending' as const, finishedAt: null }))
      const view = { ...detail.view, status: 'pending' as const, reason: REASON, startedAt: null, finishedAt: null }
      await route.fulfill({ json: isWaiting ? { ...detail, view, attempts } : detail })
    })
    await page.route('**/steps/wait/pod?*', (route) => route.fulfill({ json: { pod } }))
    await page.goto(`${fixture.url}/runs/${run.id}?${search}`)
    await page.getByRole('heading', { level: 1, name: 'Run of page' }).waitFor()
    return page
  }

  test('that is not heard of says so politely, and that it goes on', async () => {
    const page = await open('')
    const notice = page.getByRole('status', { name: 'Notice' })
    await notice.getByText(NOTICE).waitFor()
    await page.getByRole('region', { name: 'State of the run' }).getByRole('link', { name: 'far' }).waitFor()
    await page.getByRole('button', { name: /^wait:/ }).waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('that is cancelled and not heard of can be ended without its cluster, and says why it is not', async () => {
    const page = await open('', { isCancelling: true })
    const notice = page.getByRole('status', { name: 'Notice' })
    await notice.getByText('The run is cancelled there when the connection is back').waitFor()
    await expectAccessibleInBoth(page)
    const asked: string[] = []
    await page.route('**/cancel?*', (route) => {
      asked.push(new URL(route.request().url()).search)
      return route.continue()
    })
    await notice.getByRole('button', { name: 'End it here without the cluster' }).click()
    await notice.getByText(/is over \(succeeded\): there is nothing to cancel/).waitFor()
    expect(asked).toEqual(['?force=true'])
    await page.context().close()
  })

  test('tells why a step waits: at its node by mouse and keyboard, in its name, and in its panel', async () => {
    const page = await open('')
    const node = page.getByRole('button', { name: `wait: waits: ${REASON}` })
    await node.getByText(/^waits: Unschedulable/).waitFor()
    const tip = page.locator('[role=tooltip]').filter({ hasText: `Waits: ${REASON}` })
    await node.hover()
    await tip.waitFor()
    await expectAccessibleInBoth(page)
    await page.keyboard.press('Escape')
    await tip.waitFor({ state: 'detached' })
    await page.mouse.move(2, 2)
    await node.focus()
    await tip.waitFor()
    await page.keyboard.press('Enter')
    const panel = page.getByRole('dialog')
    await panel.getByRole('alert').filter({ hasText: 'Why it waits' }).getByText(REASON).waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('shows the pod of a step with its containers and what the cluster says of it', async () => {
    const page = await open('step=wait')
    await page.getByRole('tab', { name: 'Pod' }).click()
    await page.getByRole('row', { name: 'Phase Pending' }).waitFor()
    await page.getByRole('table', { name: 'Containers' }).getByText('ImagePullBackOff: no such image').waitFor()
    const events = page.getByRole('table', { name: 'Events of the pod, newest last' })
    await events.getByText('Warning: FailedScheduling').waitFor()
    await events.getByText('4 times, latest').waitFor()
    await expectAccessibleInBoth(page)
    await page.setViewportSize({ width: 400, height: 800 })
    await expectAccessibleInBoth(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400)
    await page.context().close()
  })

  test('says of a pod that is gone what was kept of it', async () => {
    const page = await open('step=wait&tab=pod', { pod: null, isWaiting: false })
    await page.getByRole('heading', { name: 'The pod is gone' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('brings what lies in the bucket here, of a step and of all of it, and says what came', async () => {
    const page = await open('step=wait&tab=outputs', { isWaiting: false })
    const asked: unknown[] = []
    await page.route('**/pull', async (route) => {
      asked.push(route.request().postDataJSON())
      if (asked.length > 1) return route.continue()
      const lines = [{ line: 'downloading: 1.0 MB of 2.0 MB' }, { result: { bytes: 2_000_000 } }]
      await route.fulfill({
        contentType: 'application/x-ndjson',
        body: lines.map((it) => `${JSON.stringify(it)}\n`).join(''),
      })
    })
    await page.getByRole('button', { name: 'Bring artifacts here' }).click()
    await page.getByText('2.0 MB came; all of it is here now.').waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Close the step' }).click()
    await page.getByRole('tab', { name: 'Details' }).click()
    // The core itself, in whose store all of it is.
    await page.getByRole('button', { name: 'Bring artifacts here' }).click()
    await page.getByText('All of it is on this machine already.').waitFor()
    expect(asked).toEqual([{ step: 'wait' }, {}])
    await expectAccessibleInBoth(page)
    await page.context().close()
  })

  test('tells everything that happened in words, as every run does', async () => {
    const page = await fixture.open({ path: `/runs/${run.id}` })
    await page.getByRole('tab', { name: 'Events' }).click()
    const events = page.getByRole('table', { name: 'Events of the run' })
    await events.getByRole('row', { name: /^1 .* the run began$/ }).waitFor()
    await events.getByRole('row', { name: /wait attempt 1 runs$/ }).waitFor()
    await events.getByRole('row', { name: /the run is over: succeeded$/ }).waitFor()
    await expectAccessibleInBoth(page)
    await page.setViewportSize({ width: 400, height: 800 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400)
    await page.context().close()
  })

  test('of this machine has neither pods nor anything to bring', async () => {
    const page = await fixture.open({ path: `/runs/${run.id}?step=wait&tab=outputs` })
    await page.getByRole('link', { name: 'Look into the file out' }).waitFor()
    expect(await page.getByRole('tab', { name: 'Pod' }).count()).toBe(0)
    expect(await page.getByRole('button', { name: 'Bring artifacts here' }).count()).toBe(0)
    await page.context().close()
  })
})
