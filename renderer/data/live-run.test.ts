import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Client } from '#core/client/index.ts'
import type { SequencedEvent } from '#core/contract/events.ts'
import { RunGraph } from '#core/contract/run-graph.ts'
import { ROUTES } from '#core/contract/routes.ts'
import { liveRun } from './live-run.ts'

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (work: () => void) => setTimeout(work, 16))
  vi.stubGlobal('cancelAnimationFrame', (timer: number) => clearTimeout(timer))
})
afterEach(() => void vi.unstubAllGlobals())

/** A fan-out of three, one of which has succeeded and one runs, as of event 3. */
const graph = RunGraph.parse(ROUTES.showGraph.example.output)
const ends: SequencedEvent = {
  seq: 4,
  at: 1_793_534_401_000,
  kind: 'step.cached',
  step: 'train',
  item: 2,
  key: 'k',
  outputs: {},
  from: 'r',
  resumed: false,
  defaults: [],
}

test('a run that is left and taken up again counts no event twice, however late it comes', async () => {
  const asked: { from: number | undefined; give: (events: SequencedEvent[]) => void }[] = []
  const client = {
    async *events(_run: string, from?: number) {
      const { promise, resolve } = Promise.withResolvers<SequencedEvent[]>()
      asked.push({ from, give: resolve })
      yield await promise
    },
  } as unknown as Client
  const live = liveRun(client, graph)
  const leave = live.start()
  leave()
  const end = live.start()
  expect(asked.map(({ from }) => from)).toEqual([4, 4])
  for (const { give } of asked) give([ends])
  await expect.poll(() => live.progress().seq).toBe(4)
  expect(live.step('train')?.counts).toMatchObject({ succeeded: 1, cached: 1 })
  end()
})
