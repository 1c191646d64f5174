import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { clusterStore } from '#core/local-clusters/cluster-store.ts'
import { openStore } from '#core/store/index.ts'
import { expectAccessibleInBoth } from '#test/support/both-schemes.ts'
import { openPageFixture, type PageFixture } from '#test/support/browser.ts'
import { clusterRow, jobRow } from '#test/support/cluster-rows.ts'
import { describeInBrowser, describeWithDocker } from '#test/support/requirements.ts'

/** Of no other test. */
const HALTED = `ui-${process.pid}`

/** PATH with all that this machine has, but for kind. */
function pathWithoutKind(folder: string): string {
  const docker = execFileSync('sh', ['-c', 'command -v docker'], { encoding: 'utf8' }).trim()
  symlinkSync(docker, join(folder, 'docker'))
  const others = (process.env['PATH'] ?? '').split(delimiter).filter((it) => !existsSync(join(it, 'kind')))
  return [folder, ...others].join(delimiter)
}

/** A mirror whose kind comes drop by drop and never ends, or is another one than that which was tested. */
async function mirrorOf(kind: () => 'slow' | 'wrong'): Promise<Server> {
  const server = createServer((_, response) => {
    if (kind() === 'wrong') return void response.end('no kind')
    response.writeHead(200, { 'content-length': '10000000' })
    const timer = setInterval(() => response.write(Buffer.alloc(100_000)), 200)
    response.on('close', () => clearInterval(timer))
    return undefined
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

const portOf = (server: Server) => (server.address() as AddressInfo).port

describeInBrowser('with a container engine', () => {
  describeWithDocker('a new local cluster', () => {
    let folder: string
    let fixture: PageFixture
    let mirror: Server
    let kind: 'slow' | 'wrong' = 'slow'
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'minisub-path-'))
      mirror = await mirrorOf(() => kind)
      vi.stubEnv('PATH', pathWithoutKind(folder))
      fixture = await openPageFixture((home) => {
        const settings = { 'cluster.kindMirror': `http://127.0.0.1:${portOf(mirror)}` }
        writeFileSync(join(home, 'settings.json'), JSON.stringify(settings))
        halt(home)
      })
    })
    afterAll(async () => {
      await fixture[Symbol.asyncDispose]()
      mirror.closeAllConnections()
      mirror.close()
      rmSync(folder, { recursive: true })
      execFileSync('docker', ['rm', '--force', `${HALTED}-control-plane`])
      execFileSync('docker', ['network', 'rm', `minisub-${HALTED}`])
      vi.unstubAllEnvs()
    })

    const open = async (): Promise<Page> => {
      const page = await fixture.open({ path: '/settings/clusters/new' })
      await page.getByRole('table', { name: 'Checks of this machine' }).waitFor()
      return page
    }
    const names = async () => (await fixture.client.listClusters()).clusters.map(({ name }) => name)
    const check = (page: Page, id: string) => page.locator(`[data-check="${id}"]`)
    const button = (page: Page) => page.getByRole('button', { name: 'Create local cluster' })

    test('is checked while it is typed: a port that is taken blocks it, and says so at the button', async () => {
      const page = await open()
      await page.getByRole('button', { name: 'Nodes, ports and limits' }).click()
      await page.getByRole('textbox', { name: 'Registry' }).fill(String(portOf(mirror)))
      await check(page, 'ports').getByText('error', { exact: true }).waitFor()
      await check(page, 'ports')
        .getByText(String(portOf(mirror)))
        .first()
        .waitFor()
      await page.getByText(/^It cannot be created yet\. To be put right first: .*Ports/).waitFor()
      await expectAccessibleInBoth(page)
      await button(page).focus()
      await page.keyboard.press('Enter')
      const region = page.getByRole('region', { name: 'Checks of this machine' })
      await expect.poll(() => region.evaluate((it) => it === document.activeElement)).toBe(true)
      expect(await names()).toEqual([HALTED])
      await page.getByRole('textbox', { name: 'Registry' }).fill('')
      await check(page, 'ports').getByText('ok', { exact: true }).waitFor()
      await page.setViewportSize({ width: 400, height: 800 })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400)
      await page.context().close()
    })

    test('has its faults at their fields, also where these were folded away', async () => {
      const page = await open()
      await page.getByRole('textbox', { name: 'Name' }).fill('My Cluster')
      await page.getByText(/^not a name of a cluster/).waitFor()
      await button(page).click()
      const name = page.getByRole('textbox', { name: 'Name' })
      await expect.poll(() => name.evaluate((it) => it === document.activeElement)).toBe(true)
      await name.fill('own')
      const fold = page.getByRole('button', { name: 'Nodes, ports and limits' })
      await fold.click()
      await page.getByRole('textbox', { name: 'Workers' }).fill('many')
      await fold.click()
      await page.getByRole('textbox', { name: 'Workers' }).waitFor({ state: 'hidden' })
      await button(page).click()
      const workers = page.getByRole('textbox', { name: 'Workers' })
      await expect.poll(() => workers.evaluate((it) => it === document.activeElement)).toBe(true)
      await expectAccessibleInBoth(page)
      await page.context().close()
    })

    test('downloads kind with consent alone; how far it is stays after a reload, and it can be cancelled', async () => {
      const page = await open()
      await page.getByRole('textbox', { name: 'Name' }).fill('ui-slow')
      await check(page, 'kind').getByText('error', { exact: true }).waitFor()
      await page.getByRole('checkbox', { name: 'kind may be downloaded' }).check()
      await check(page, 'kind').getByText('info', { exact: true }).waitFor()
      await expect.poll(() => page.getByText(/^It cannot be created yet/).count()).toBe(0)
      await button(page).click()
      await page.getByRole('heading', { level: 1, name: 'ui-slow' }).waitFor()
      await page.getByRole('row', { name: /^Find kind [\d.]+ [kM]B of kind .*running/ }).waitFor()
      await page.reload()
      await page.getByRole('row', { name: /^Find kind [\d.]+ [kM]B of kind .*running/ }).waitFor()
      await page.getByText('Step 2 of 10: Find kind').first().waitFor()
      await page
        .getByRole('region', { name: 'Lines of the log' })
        .getByText(/Container engine/)
        .waitFor()
      await expectAccessibleInBoth(page)
      await page.goto(`${fixture.url}/pipelines`)
      await page.getByRole('link', { name: 'ui-slow' }).click()
      await page.setViewportSize({ width: 400, height: 800 })
      await page.getByRole('button', { name: 'Cancel', exact: true }).click()
      await page.getByRole('button', { name: 'Cancel creation' }).click()
      await page.getByRole('heading', { name: 'Its creation was given up' }).waitFor()
      await expectAccessibleInBoth(page)
      expect(await names()).toEqual([HALTED])
      await page.context().close()
    })

    test('that failed before anything was made leaves its reason and its log, also when loaded again', async () => {
      kind = 'wrong'
      const page = await open()
      await page.getByRole('textbox', { name: 'Name' }).fill('ui-wrong')
      await page.getByRole('checkbox', { name: 'kind may be downloaded' }).check()
      await check(page, 'kind').getByText('info', { exact: true }).waitFor()
      await button(page).click()
      const alert = page.getByRole('alert').filter({ hasText: 'It was not created' })
      await alert.getByText(/has the sha256/).waitFor()
      await page.reload()
      await alert.getByText(/has the sha256/).waitFor()
      await page.getByRole('row', { name: /^Find kind .*failed/ }).waitFor()
      await page
        .getByRole('region', { name: 'Lines of the log' })
        .getByText(/has the sha256/)
        .waitFor()
      await expectAccessibleInBoth(page)
      expect(await names()).toEqual([HALTED])
      await page.getByRole('link', { name: 'Back to the form' }).click()
      await page.getByRole('heading', { level: 1, name: 'Create local cluster' }).waitFor()
      await page.context().close()
    })

    test('says that it is stopped where its node is, and offers the start', async () => {
      const page = await fixture.open({ path: `/settings/clusters/${HALTED}` })
      await page.getByRole('status', { name: 'State of the cluster' }).getByText('stopped').waitFor()
      await page.getByText(`the node ${HALTED}-control-plane is created: start the cluster`).waitFor()
      await page.getByRole('button', { name: 'Start', exact: true }).waitFor()
      await page.getByRole('button', { name: `Delete ${HALTED}` }).waitFor()
      await expectAccessibleInBoth(page)
      await page.context().close()
    })
  })
})

/** A cluster whose one node was never started. */
function halt(home: string): void {
  using store = openStore(home)
  const rows = clusterStore(store)
  const row = clusterRow(HALTED, 'made')
  rows.putCluster(row)
  rows.putJob(jobRow(row))
  const labels = [`io.x-k8s.kind.cluster=${HALTED}`, 'io.x-k8s.kind.role=control-plane']
  const flags = labels.flatMap((label) => ['--label', label])
  const network = `minisub-${HALTED}`
  execFileSync('docker', ['network', 'create', network])
  const place = ['--network', network, '--name', `${HALTED}-control-plane`]
  execFileSync('docker', ['create', ...flags, ...place, 'busybox:1.35', 'true'])
}
