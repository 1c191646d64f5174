import type { Page } from 'playwright-core'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Measurement } from '../report.ts'
import { seedRuns, trackingClient } from '../tracking-seed.ts'
import type { PageBench } from './bench-type.ts'

const RUNS = 10_000
const KEYS = 5
/** 15 rows. */
const STEP_PX = 600

/** The table of 10,000 tracked runs scrolled to its end, beside a bare table of as many rows that are all drawn. */
export async function measureScrolling({ fixture, empty }: PageBench): Promise<Measurement[]> {
  const token = readFileSync(join(fixture.home, 'token'), 'utf8').trim()
  const client = trackingClient(Number(new URL(fixture.url).port), token)
  const experiment = await seedRuns(client, { runs: RUNS, keys: KEYS })
  const page = await fixture.open({ path: `/experiments/${experiment}` })
  await page.locator('[aria-rowcount] [aria-rowindex]').nth(20).waitFor({ timeout: 120_000 })
  const ours = await withLongestTask(page, () => scrollToEnd(page))
  await page.context().close()
  const bare = await fixture.browser.newPage()
  await bare.goto(empty.url)
  await bare.evaluate(drawRows, { rows: RUNS, cells: 4 + 2 * KEYS })
  const floor = await withLongestTask(bare, () => scrollToEnd(bare))
  await bare.close()
  const rest = { floorName: 'a bare table', unit: '/s', atLeast: true }
  return [
    {
      name: 'frames a second, 10,000 tracked runs scrolled',
      value: ours.result,
      floor: floor.result,
      bound: 20,
      ...rest,
    },
    {
      name: 'the longest task meanwhile, of processor time',
      value: ours.longestMs,
      unit: 'ms',
      floor: floor.longestMs,
      floorName: 'a bare table',
      bound: 200,
    },
  ]
}

function drawRows({ rows, cells }: { rows: number; cells: number }): void {
  const row = `<div aria-rowindex="1" style="height:40px;display:flex">${'<span style="width:120px">0.123</span>'.repeat(cells)}</div>`
  document.body.innerHTML = `<div style="height:600px;overflow:auto"><div aria-rowcount="${rows}">${row.repeat(rows)}</div></div>`
}

/** Frames a second. More rows may come as the end is near. */
function scrollToEnd(page: Page): Promise<number> {
  return page.evaluate(async (step) => {
    const grid = document.querySelector('[aria-rowcount]')
    let scroller = grid
    while (scroller !== null && scroller.scrollHeight <= scroller.clientHeight + 1) scroller = scroller.parentElement
    if (grid === null || scroller === null) throw new Error('there is nothing to scroll')
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
    const began = await frame()
    for (let frames = 1; ; frames += 1) {
      scroller.scrollTop += step
      const now = await frame()
      const isAll = grid.getAttribute('aria-rowcount') !== '-1'
      const isEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 1
      if (isAll && isEnd) return (frames * 1_000) / (now - began)
    }
  }, STEP_PX)
}

/** `longestMs`: processor time of the longest task of the page meanwhile; what else runs on the machine is not in it. */
async function withLongestTask<Result>(page: Page, work: () => Promise<Result>) {
  const session = await page.context().newCDPSession(page)
  const longest = new Map<number, number>()
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value as unknown as { name: string; tid: number; tdur?: number }[]) {
      if (!event.name.endsWith('RunTask') || event.tdur === undefined) continue
      longest.set(event.tid, Math.max(longest.get(event.tid) ?? 0, event.tdur / 1_000))
    }
  })
  await session.send('Tracing.start', { traceConfig: { includedCategories: ['toplevel'] } })
  const result = await work()
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
  await session.detach()
  return { result, longestMs: Math.round(Math.max(...longest.values())) }
}
