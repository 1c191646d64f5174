// `node test/bench/pages/soak.ts [minutes]`: whether the page of a live run grows. 30 minutes where none are named.
import { setTimeout as delay } from 'node:timers/promises'
import type { CDPSession } from 'playwright-core'
import { openPageFixture } from '#test/support/browser.ts'

const minutes = Number(process.argv[2] ?? 30)
/** What was seen before is warming up: code, caches, the first rows of tables. */
const WARM_MINUTES = Math.min(3, minutes / 4)
const EVERY_MS = 15_000
/** The fan-out is the product of two lists of this length: enough for hours. */
const SIDE = 700

type Sample = { readonly minute: number; readonly heapMb: number; readonly nodes: number; readonly seq: number }

await using fixture = await openPageFixture()
const file = fixture.pipeline(
  {
    parameters: { side: { type: 'list', items: 'integer', default: [] } },
    steps: {
      many: {
        forEach: { n: '${{ parameters.side }}', m: '${{ parameters.side }}' },
        command: ['sh', '-c', 'echo line $1; sleep 0.1', 'sh', '${{ each.n }}'],
      },
      after: { needs: ['many'], command: ['true'] },
    },
  },
  'soak',
)
const side = Array.from({ length: SIDE }, (_, n) => n)
const run = await fixture.client.startRun({ file, parameters: { side }, parallelism: 5, cache: false })
const page = await fixture.open({ path: `/runs/${run.id}?step=many&tab=items` })
await page.getByRole('tab', { name: /^Items/ }).waitFor()
const session = await page.context().newCDPSession(page)
const samples: Sample[] = []
const began = Date.now()
while (Date.now() - began < minutes * 60_000) {
  await delay(EVERY_MS)
  const sample = await take(session)
  samples.push(sample)
  console.log(
    `${sample.minute.toFixed(2).padStart(6)} min  ${sample.heapMb.toFixed(2)} MB  ${sample.nodes} nodes  event ${sample.seq}`,
  )
}
const warm = samples.filter(({ minute }) => minute >= WARM_MINUTES)
const growth = slope(warm) * minutes
console.log(
  `heap ${growth >= 0 ? '+' : ''}${growth.toFixed(2)} MB in ${minutes} minutes (by a straight line through ${warm.length} samples)`,
)
await fixture.client.cancelRun({ run: run.id })
await fixture.end(run.id)

async function take(cdp: CDPSession): Promise<Sample> {
  await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize } = await cdp.send('Runtime.getHeapUsage')
  const { nodes } = await cdp.send('Memory.getDOMCounters')
  const { seq } = await fixture.client.showGraph({ run: run.id })
  return { minute: (Date.now() - began) / 60_000, heapMb: usedSize / 1e6, nodes, seq }
}

/** MB a minute. */
function slope(list: readonly Sample[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(list.map((it) => it.minute)), mean(list.map((it) => it.heapMb))]
  const above = list.reduce((sum, it) => sum + (it.minute - x) * (it.heapMb - y), 0)
  const below = list.reduce((sum, it) => sum + (it.minute - x) ** 2, 0)
  return above / below
}
