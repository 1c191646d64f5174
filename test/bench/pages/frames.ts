import type { Page } from 'playwright-core'
import type { Measurement } from '../report.ts'
import type { PageBench } from './bench-type.ts'

const STEPS = 2_000
const WATCH_MS = 10_000
const LAYERS = 40

/**
 * Frames a second of the graph of a real run of 2,000 steps while its events come, all nodes in sight. Steps sleep, so
 * that about 70 of them, with three events each, end in a second.
 */
export async function measureFrames({ fixture, empty }: PageBench): Promise<Measurement[]> {
  const bare = await fixture.browser.newPage()
  await bare.goto(empty.url)
  const floor = await frames(bare)
  await bare.close()
  const file = fixture.pipeline({ steps: steps() }, 'wide')
  const run = await fixture.client.startRun({ file, parallelism: 18, cache: false })
  const page = await fixture.open({ path: `/runs/${run.id}` })
  await page
    .getByRole('group', { name: /^s0_0\b/ })
    .or(page.getByText('s0_0', { exact: true }))
    .first()
    .waitFor({ timeout: 120_000 })
  const before = await lastSeq(fixture, run.id)
  const began = performance.now()
  const value = await frames(page)
  const perSecond = ((await lastSeq(fixture, run.id)) - before) / ((performance.now() - began) / 1_000)
  await page.context().close()
  await fixture.client.cancelRun({ run: run.id })
  await fixture.end(run.id)
  return [
    {
      name: 'events a second meanwhile',
      value: perSecond,
      unit: '/s',
      floor: null,
      floorName: '',
      bound: 200,
      atLeast: true,
    },
    {
      name: 'frames a second, a live graph of 2,000 nodes',
      value,
      unit: '/s',
      floor,
      floorName: 'an empty page',
      bound: 30,
      atLeast: true,
    },
  ]
}

/** Layers of 50 steps; each step waits for two of the layer before. */
function steps(): Record<string, object> {
  const wide = STEPS / LAYERS
  return Object.fromEntries(
    Array.from({ length: STEPS }, (_, i) => {
      const [layer, place] = [Math.floor(i / wide), i % wide]
      const needs = layer === 0 ? [] : [`s${layer - 1}_${place}`, `s${layer - 1}_${(place + 1) % wide}`]
      return [`s${layer}_${place}`, { command: ['sleep', '0.2'], needs }]
    }),
  )
}

async function lastSeq(fixture: PageBench['fixture'], run: string): Promise<number> {
  return (await fixture.client.showGraph({ run })).seq
}

function frames(page: Page): Promise<number> {
  return page.evaluate(
    (ms) =>
      new Promise<number>((resolve) => {
        const began = performance.now()
        let count = 0
        const frame = () => {
          count += 1
          const past = performance.now() - began
          if (past < ms) requestAnimationFrame(frame)
          else resolve(count / (past / 1_000))
        }
        requestAnimationFrame(frame)
      }),
    WATCH_MS,
  )
}
