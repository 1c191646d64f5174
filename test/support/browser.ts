import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { expect, onTestFailed } from 'vitest'
import { stringify } from 'yaml'
import { createClient, type Client } from '#core/client/index.ts'
import { isFinalRun } from '#core/contract/events.ts'
import type { RunView } from '#core/contract/run.ts'
import { openWorkbench, type Workbench } from '#core/workbench.ts'
import { findChromium } from './requirements.ts'

/** As root, Chromium wants to be without its sandbox; the rest keeps it from talking to anybody. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export type PageOptions = {
  readonly path?: string
  readonly context?: BrowserContextOptions
  /** Done to the context before it has a page. */
  readonly prepare?: (context: BrowserContext) => Promise<void>
}

/**
 * A real core on a folder of its own and a real Chromium. When it is disposed it throws for whatever no page may do:
 * errors of its own, requests to another host, breaches of the content security policy.
 */
export type PageFixture = AsyncDisposable & {
  readonly browser: Browser
  readonly home: string
  /** Where pipelines and their code lie. */
  readonly folder: string
  readonly url: string
  readonly token: string
  /** A client with the token. */
  readonly client: Client
  /** Writes a pipeline of a spec into the folder; returns its path. */
  pipeline(spec: object, name?: string): string
  /** Starts a run and waits for its end. */
  run(file: string, parameters?: RunView['outputs']): Promise<RunView>
  /** The run once it is final. */
  end(run: string): Promise<RunView>
  /** A page in a context (a browser profile) of its own, signed in by a one-time code. */
  open(options?: PageOptions): Promise<Page>
  closeCore(): Promise<void>
  openCore(): Promise<void>
  /** What pages did that they may not; emptied by the reader. */
  takeFaults(): string[]
}

/** `prepare` may fill the data folder before the core opens it. */
export async function openPageFixture(prepare: (home: string) => void = () => undefined): Promise<PageFixture> {
  const root = mkdtempSync(join(tmpdir(), 'minisub-page-'))
  const [home, folder] = [join(root, 'home'), join(root, 'project')]
  for (const path of [home, folder]) mkdirSync(path)
  prepare(home)
  let core: Workbench | undefined = await openWorkbench({ home })
  const { url } = core
  const token = readFileSync(join(home, 'token'), 'utf8').trim()
  const client = createClient({ url, token })
  const browser = await launch()
  const faults: string[] = []
  const end = async (run: string): Promise<RunView> => {
    for await (const events of client.events(run)) if (events.at(-1)?.kind === 'run.finished') break
    return client.showRun({ run })
  }
  return {
    browser,
    home,
    folder,
    url,
    token,
    client,
    pipeline: (spec, name = 'page') => {
      const file = join(folder, `${name}.yaml`)
      const document = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name }, spec }
      writeFileSync(file, stringify(document))
      return file
    },
    run: async (file, parameters = {}) => {
      const run = await client.startRun({ file, parameters })
      return isFinalRun(run.status) ? run : end(run.id)
    },
    end,
    open: async ({ path = '/', context: options = {}, prepare: prepareContext } = {}) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
      context.setDefaultTimeout(90_000)
      await watch(context, url, faults)
      await prepareContext?.(context)
      const page = await context.newPage()
      showWhereItFails(page)
      const { code } = await client.createSessionCode()
      await visit(page, `${url}${path}#code=${code}`)
      await page.locator('#main').waitFor()
      return page
    },
    closeCore: async () => {
      await core?.close()
      core = undefined
    },
    openCore: async () => {
      core ??= await openWorkbench({ home })
    },
    takeFaults: () => faults.splice(0),
    [Symbol.asyncDispose]: async () => {
      await browser.close()
      await cancelAll(client, core !== undefined)
      await core?.close()
      rmSync(root, { recursive: true, force: true })
      if (faults.length > 0) throw new Error(`pages did what they may not:\n${faults.join('\n')}`)
    },
  }
}

/** A browser breaks a load off when a network of the machine comes or goes, as those of containers do: then it loads again. */
async function visit(page: Page, address: string): Promise<void> {
  try {
    await page.goto(address)
  } catch (error) {
    if (!String(error).includes('ERR_NETWORK_CHANGED')) throw error
    await page.goto(address)
  }
}

/** A test that fails prints what its pages showed then. */
function showWhereItFails(page: Page): void {
  if (process.env['VITEST'] === undefined || expect.getState().currentTestName === undefined) return
  onTestFailed(async () => {
    if (!page.isClosed()) process.stderr.write(`${page.url()} showed:\n${await page.locator('body').innerText()}\n`)
  })
}

/** The browser that is found; throws where there is none. */
export async function launch(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('there is no Chromium: install one, or set MINISUB_CHROMIUM')
  return chromium.launch({ executablePath, args: ARGUMENTS })
}

async function watch(context: BrowserContext, url: string, faults: string[]): Promise<void> {
  await context.exposeBinding('reportBreach', (_, breach: string) => void faults.push(`policy: ${breach}`))
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { violatedDirective, blockedURI, sourceFile, lineNumber } = event
      const report = (globalThis as unknown as { reportBreach: (breach: string) => void }).reportBreach
      report(`${violatedDirective} ${blockedURI} at ${sourceFile}:${lineNumber}`)
    })
  })
  context.on('request', (request) => {
    const target = request.url()
    if (!target.startsWith(`${url}/`) && !/^(blob|data):/.test(target)) faults.push(`request: ${target}`)
  })
  context.on('weberror', (error) => void faults.push(`error: ${error.error().stack ?? String(error.error())}`))
}

async function cancelAll(client: Client, isOpen: boolean): Promise<void> {
  if (!isOpen) return
  for (const status of ['pending', 'running'] as const) {
    const { runs } = await client.listRuns({ status, limit: 1000 })
    for (const { id } of runs) await client.cancelRun({ run: id })
  }
}

/** Throws with every rule, or those of some, that axe finds broken on the page as it is now. */
export async function expectAccessible(page: Page, rules?: readonly string[]): Promise<void> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  // Of style sheets that are on their way axe would make copies, which the policy forbids. Without frames to look into,
  // the legacy mode finds the same and opens no second page each time.
  const axe = new AxeBuilder({ page }).options({ preload: false }).setLegacyMode(true)
  const { violations } = await (rules === undefined ? axe.withTags(tags) : axe.withRules([...rules])).analyze()
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help} at ${target.join(' ')}: ${failureSummary ?? ''}`),
  )
  if (found.length > 0) throw new Error(found.join('\n'))
}
