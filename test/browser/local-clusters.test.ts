import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FoundCluster, LocalClusterView } from '#core/contract/local-clusters.ts'
import { clusterRoutes } from '#core/contract/routes-clusters.ts'
import { cluster as example, job as exampleJob } from '#core/contract/routes-clusters-examples.ts'
import { clusterStore } from '#core/local-clusters/cluster-store.ts'
import { openStore } from '#core/store/index.ts'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { AT, clusterRow, jobRow } from '#test/support/cluster-rows.ts'
import { describeInBrowser } from '#test/support/requirements.ts'
import { withoutEngine } from '#test/support/without-engine.ts'

const done = (id: string, took: number) => ({ id, status: 'succeeded', startedAt: AT, endedAt: AT + took }) as const

/** A cluster that failed while its nodes were made, and one that was ready once; returns the job of the latter. */
function seed(home: string): string {
  using store = openStore(home)
  const rows = clusterStore(store)
  const broken = clusterRow('broken', 'failed')
  const failed = jobRow(broken, {
    status: 'failed',
    steps: [
      done('preflight', 900),
      done('kind', 200),
      done('images', 4_000),
      { id: 'cluster', status: 'failed', startedAt: AT + 5_000, endedAt: AT + 70_000 },
      { id: 'registry', status: 'pending', startedAt: null, endedAt: null },
    ],
    problem: {
      code: 'kind_failed',
      message: 'kind ended with code 1 (failed to init node): look at the log, then retry',
      cause: 'The kubelet could not start, since this machine has cgroup v1.',
      fix: 'look at the log, then retry',
    },
    logs: join(home, 'local-clusters', 'broken', 'logs', 'one'),
  })
  rows.putCluster(broken)
  rows.putJob(failed)
  for (let line = 0; line < 300; line += 1) {
    rows.appendLog(failed.id, { at: AT + line * 200, step: 'cluster', text: `line ${line} of kind` })
  }
  const far = clusterRow('far', 'made')
  const made = jobRow(far, { steps: [done('target', 50)] })
  rows.putCluster(far)
  rows.putJob(made)
  return made.id
}

const expectNarrow = async (page: Page) => {
  await page.setViewportSize({ width: 400, height: 800 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400)
}

describeInBrowser('without a container engine', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture(withoutEngine)
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  test('the way to a local cluster begins at home, and says what is needed first', async () => {
    const page = await fixture.open({ path: '/pipelines' })
    const link = page.getByRole('link', { name: 'Create local cluster' })
    await link.waitFor()
    await expectAccessibleInBoth(page)
    await link.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Create local cluster' }).waitFor()
    await page.getByRole('heading', { name: 'A container engine is needed first' }).waitFor()
    await page
      .getByTestId('empty')
      .getByText(/no-engine\.sock/)
      .waitFor()
    const checks = page.getByRole('table', { name: 'Checks of this machine' })
    await checks.getByRole('row', { name: /^Container engine error .*Fix:/ }).waitFor()
    expect(await page.getByRole('button', { name: 'Create local cluster' }).count()).toBe(0)
    await expectAccessibleInBoth(page)
    await expectNarrow(page)
    await page.context().close()
  })

  test('Settings > Targets leads there too, and an unknown cluster leads back', async () => {
    const page = await fixture.open({ path: '/settings/targets' })
    await page.getByRole('link', { name: 'Create local cluster' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.goto(`${fixture.url}/settings/clusters/nobody`)
    await page.getByRole('heading', { name: 'No local cluster has this name' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('link', { name: 'Create local cluster' }).click()
    await page.getByRole('heading', { level: 1, name: 'Create local cluster' }).waitFor()
    await page.context().close()
  })

  test('a create that fails before anything is made keeps its reason and its log, also when loaded again', async () => {
    const job = await fixture.client.createCluster({ name: 'early' })
    const page = await fixture.open({ path: `/settings/clusters/early?job=${job.id}` })
    for (let round = 0; round < 2; round += 1) {
      const alert = page.getByRole('alert').filter({ hasText: 'It was not created' })
      await alert.getByText(/no-engine\.sock/).waitFor()
      await page.getByRole('row', { name: /^Look at this machine .*failed/ }).waitFor()
      await page
        .getByRole('region', { name: 'Lines of the log' })
        .getByText(/error Container engine/)
        .waitFor()
      await page.reload()
    }
    await expectAccessibleInBoth(page)
    await page.context().close()
  })
})

describeInBrowser('a local cluster', () => {
  let fixture: PageFixture
  let made: string
  beforeAll(async () => {
    fixture = await openPageFixture((home) => {
      withoutEngine(home)
      made = seed(home)
    })
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  test('stands in Settings > Targets with its state; home is quiet about it', async () => {
    const page = await fixture.open({ path: '/settings/targets' })
    const table = page.getByRole('table', { name: 'Local clusters' })
    await table.getByRole('row', { name: /^broken failed/ }).waitFor()
    await table.getByRole('row', { name: /^far unreachable .*no-engine\.sock/ }).waitFor()
    await expectAccessibleInBoth(page)
    await expectNarrow(page)
    await table.getByRole('link', { name: 'far' }).click()
    await page.getByRole('heading', { level: 1, name: 'far' }).waitFor()
    await page.goto(`${fixture.url}/pipelines`)
    await page.getByRole('heading', { name: 'No folder was added yet' }).waitFor()
    expect(await page.getByRole('link', { name: 'Create local cluster' }).count()).toBe(0)
    await page.context().close()
  })

  test('that failed says what, why and what to do, with its steps and its log; it is retried, deleted or kept', async () => {
    const page = await fixture.open({
      path: '/settings/clusters/broken',
      context: { viewport: { width: 800, height: 600 } },
    })
    const alert = page.getByRole('alert').filter({ hasText: 'It was not created' })
    await alert.getByText('kind ended with code 1 (failed to init node)', { exact: true }).waitFor()
    await alert.getByText('Likely cause: The kubelet could not start, since this machine has cgroup v1.').waitFor()
    await alert.getByText('Fix: look at the log, then retry').waitFor()
    await alert.getByText(join('local-clusters', 'broken', 'logs', 'one')).waitFor()
    await page.getByRole('row', { name: /^Make the nodes .*failed 1 m 05 s$/ }).waitFor()
    await page.getByRole('row', { name: /^Start its registry .*not reached/ }).waitFor()
    const log = page.getByRole('region', { name: 'Lines of the log' })
    await log.getByText('line 299 of kind').waitFor()
    await log.evaluate((it) => it.scrollTo({ top: 0 }))
    await log.getByText('line 0 of kind').waitFor()
    await page.getByRole('button', { name: 'Follow the end' }).click()
    await log.getByText('line 299 of kind').waitFor()
    await expectAccessibleInBoth(page)
    await expectNarrow(page)
    await alert.getByRole('link', { name: 'Keep' }).click()
    await page.getByRole('heading', { level: 1, name: 'Targets' }).waitFor()
    await page.goBack()
    await page.getByRole('button', { name: 'Delete broken' }).click()
    await page.getByRole('dialog', { name: 'Delete what is left of broken?' }).waitFor()
    await expectAccessibleInBoth(page)
    await page.getByRole('button', { name: 'Delete it' }).click()
    await page
      .getByRole('alert')
      .filter({ hasText: 'It was not deleted' })
      .getByText(/no-engine\.sock/)
      .waitFor()
    await page.context().close()
  })

  test('that is unreachable says why, can be started, and is deleted only by its name', async () => {
    const page = await fixture.open({ path: '/settings/clusters/far' })
    await page.getByRole('status', { name: 'State of the cluster' }).getByText('unreachable').waitFor()
    await page
      .getByText(/no-engine\.sock/)
      .first()
      .waitFor()
    await page.getByRole('row', { name: /^Context kind-far/ }).waitFor()
    await page.getByRole('button', { name: 'Look again' }).waitFor()
    await expectAccessibleInBoth(page)
    await expectNarrow(page)
    await page.getByRole('button', { name: 'Delete far' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete far?' })
    const remove = dialog.getByRole('button', { name: 'Delete cluster' })
    expect(await remove.isDisabled()).toBe(true)
    await dialog.getByRole('textbox').fill('far')
    expect(await remove.isEnabled()).toBe(true)
    await expectAccessibleInBoth(page)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page
      .getByRole('alert')
      .filter({ hasText: 'It was not started' })
      .getByText(/no-engine\.sock/)
      .waitFor()
    await page.getByRole('button', { name: 'Retry' }).waitFor()
    await page.context().close()
  })

  test('whose create this browser watched is the chosen target when that is done, and it is said', async () => {
    const page = await fixture.open({ path: '/runs' })
    await page.evaluate((job) => localStorage.setItem('minisub-watched-clusters', JSON.stringify([job])), made)
    await page.reload()
    await page.getByRole('alert').filter({ hasText: 'far is ready and chosen' }).waitFor()
    const kept = async (key: string) => page.evaluate((name) => localStorage.getItem(name), key)
    expect(JSON.parse((await kept('minisub-target')) ?? '')).toBe('far')
    await expect.poll(() => kept('minisub-watched-clusters')).toBe('[]')
    await page.context().close()
  })

  test('that is ready offers the sample, and tells all about itself', async () => {
    const page = await fixture.open({ path: '/runs' })
    await answerReady(page)
    await page.goto(`${fixture.url}/settings/clusters/local-cluster`)
    await page.getByRole('status', { name: 'State of the cluster' }).getByText('ready').waitFor()
    await page.getByRole('button', { name: 'Choose local-cluster' }).click()
    await page.getByText('The target local-cluster is chosen: runs start on it, unless you choose another.').waitFor()
    await page.getByRole('button', { name: 'Run the sample on it' }).click()
    const refused = page.getByRole('alert').filter({ hasText: 'The sample was not started' })
    await refused.getByText(/local-cluster/).waitFor()
    await page.getByRole('table', { name: 'Use of the nodes' }).getByText('0.40 cores').waitFor()
    await page.getByRole('table', { name: 'Events' }).getByText('0/1 nodes are available').waitFor()
    await page
      .getByRole('table', { name: 'Images in the cluster' })
      .getByText('docker.io/library/busybox:1.35')
      .waitFor()
    await page.getByRole('button', { name: 'Upgrade local-cluster' }).waitFor()
    await expectAccessibleInBoth(page)
    await expectNarrow(page)
    await page.getByRole('button', { name: 'Add to my kubeconfig' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add the cluster to your kubeconfig?' })
    expect(await dialog.getByRole('checkbox').isChecked()).toBe(false)
    await expectAccessibleInBoth(page)
    await dialog.getByRole('button', { name: 'Add the context' }).click()
    await dialog
      .getByRole('alert')
      .getByText(/there is no local cluster local-cluster/)
      .waitFor()
    await page.context().close()
  })
})

describeInBrowser('a cluster that another program made', () => {
  let fixture: PageFixture
  beforeAll(async () => {
    fixture = await openPageFixture(withoutEngine)
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  test('is found with its state, and is added by the form that knows its context', async () => {
    const page = await fixture.open({ path: '/runs' })
    const { tool, ...rest } = clusterRoutes.listClusters.example.output.found[0]
    const found = [
      FoundCluster.parse({ tool, ...rest }),
      FoundCluster.parse({ tool: 'k3d', ...rest, name: 'away', context: null, state: 'stopped' }),
      FoundCluster.parse({ tool: 'kind', ...rest, name: 'known', targets: ['lab'] }),
    ]
    await page.route('**/api/v1/clusters', (route) => route.fulfill({ json: { clusters: [], found } }))
    await page.goto(`${fixture.url}/settings/targets`)
    const table = page.getByRole('table', { name: 'Other clusters on this machine' })
    await table.getByRole('row', { name: /^away k3d stopped No kubeconfig leads there/ }).waitFor()
    await table.getByRole('row', { name: /^known kind running lab/ }).waitFor()
    await expectAccessibleInBoth(page)
    await expectNarrow(page)
    await table.getByRole('link', { name: 'Add as target: minikube' }).click()
    await page.getByRole('heading', { level: 1, name: 'Add a cluster' }).waitFor()
    const files = page.getByRole('textbox', { name: 'Kubeconfig files' })
    expect(await files.inputValue()).toBe(rest.kubeconfig.join('\n'))
    await expect.poll(() => page.locator('[name="context"]').inputValue()).toBe('minikube')
    await page.context().close()
  })
})

/** A ready cluster needs a real one (see test/kind): here the answers about it are the examples of the contract. */
async function answerReady(page: Page): Promise<void> {
  const job = { ...exampleJob, status: 'succeeded' }
  const view = LocalClusterView.parse({ ...example, state: 'ready', target: 'local-cluster', upgradable: true, job })
  const use = {
    nodes: [{ node: 'local-cluster-control-plane', cpu: 0.4, memoryBytes: 9e8, memoryLimitBytes: 8e9 }],
    events: [
      {
        at: new Date(AT).toISOString(),
        type: 'Warning',
        reason: 'FailedScheduling',
        object: 'Pod hello-1',
        namespace: 'minisub',
        message: '0/1 nodes are available: 1 Insufficient cpu.',
        count: 3,
      },
    ],
  }
  const id = `sha256:${'4b'.repeat(32)}`
  const image = { id, tags: ['docker.io/library/busybox:1.35'], sizeBytes: 2e6, nodes: [view.nodes[0]?.name ?? ''] }
  const answers: Record<string, unknown> = { '': view, '/use': use, '/images': { images: [image] } }
  for (const [path, json] of Object.entries(answers)) {
    await page.route(`**/api/v1/clusters/local-cluster${path}`, (route) => route.fulfill({ json }))
  }
}
