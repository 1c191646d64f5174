import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { median, type Measurement } from '../report.ts'
import type { PageBench } from './bench-type.ts'

const CLI = join(import.meta.dirname, '..', '..', '..', 'core', 'cli', 'minisub.js')
const ROUNDS = 5

/** From the start of the core's process until the list of pipelines can be used, by a browser that has a session. */
export async function measureUsable({ fixture, empty }: PageBench): Promise<Measurement[]> {
  fixture.pipeline({ steps: { a: { command: ['true'] } } }, 'usable')
  await fixture.client.addFolder({ path: fixture.folder })
  const page = await fixture.open({ path: '/pipelines' })
  await page.getByRole('link', { name: 'usable' }).first().waitFor()
  await page.close()
  const context = page.context()
  await fixture.closeCore()
  const ours: number[] = []
  const bare: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(await timeEmpty(context, empty.url))
    ours.push(await timeOurs(context, fixture.home, fixture.url))
  }
  await context.close()
  await fixture.openCore()
  fixture.takeFaults()
  return [
    {
      name: 'page usable after the start of the core',
      value: median(ours),
      unit: 'ms',
      floor: median(bare),
      floorName: 'an empty page from a server that runs',
      bound: 1_000,
    },
  ]
}

async function timeOurs(context: BrowserContext, home: string, url: string): Promise<number> {
  const began = performance.now()
  const core = spawn(process.execPath, [CLI, 'serve', '--json', '--home', home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(core.stdout, 'data')
  const page = await context.newPage()
  await page.goto(`${url}/pipelines`)
  await page.getByRole('link', { name: 'usable' }).first().waitFor()
  const took = performance.now() - began
  await page.close()
  core.kill()
  await once(core, 'exit')
  return took
}

async function timeEmpty(context: BrowserContext, url: string): Promise<number> {
  const began = performance.now()
  const page = await context.newPage()
  await page.goto(url)
  await page.getByRole('button', { name: 'Change' }).waitFor()
  const took = performance.now() - began
  await page.close()
  return took
}
