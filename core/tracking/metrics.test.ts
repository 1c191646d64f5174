import { expect, test } from 'vitest'
import type { Tracking } from './tracking.ts'
import { trackingForTest } from './tracking-fixture.ts'
import type { Metric } from './types.ts'

const point = (step: number, value: number, timestamp = 1_000 + step): Metric => ({
  key: 'loss',
  value,
  timestamp,
  step,
})

async function openRun(): Promise<{ tracking: Tracking; runId: string; log: (...metrics: Metric[]) => Promise<void> }> {
  const { tracking } = trackingForTest()
  const { info } = await tracking.writes.createRun({ experimentId: '0' })
  return { tracking, runId: info.id, log: (...metrics) => tracking.writes.log(info.id, { metrics }) }
}

test('the latest is the greatest by step, then time, then value, not what was logged last', async () => {
  const { tracking, runId, log } = await openRun()
  await log(point(5, 1, 10))
  await log(point(5, 2, 10), point(5, 9, 9))
  await log(point(-3, 7, 99), point(4, 8, 99))
  expect(tracking.reads.run(runId).metrics).toEqual([point(5, 2, 10)])
})

test('a retry of a request changes nothing', async () => {
  const { tracking, runId, log } = await openRun()
  const metrics = [point(0, 1), point(1, Number.NaN), point(2, -Infinity), point(2, -Infinity)]
  await log(...metrics)
  await log(...metrics)
  expect(tracking.reads.history({ runId, key: 'loss' }).items).toEqual(metrics.slice(0, 3))
  expect(tracking.reads.chart({ runId, key: 'loss', most: 1 })).toEqual([
    { firstStep: 0, lastStep: 2, firstTime: 1_000, lastTime: 1_002, count: 3, min: 1, max: 1, last: -Infinity },
  ])
})

test('the one spike of 100,000 points is in every chart that covers it, however few buckets', async () => {
  const { tracking, runId, log } = await openRun()
  for (let from = 0; from < 100_000; from += 1_000) {
    await log(...Array.from({ length: 1_000 }, (_, i) => point(from + i, from + i === 61_803 ? 1e6 : (from + i) % 7)))
  }
  for (const range of [{}, { fromStep: 61_803, toStep: 99_000 }, { fromStep: 61_000, toStep: 61_803 }]) {
    for (const most of [1, 10, 333]) {
      const buckets = tracking.reads.chart({ runId, key: 'loss', most, ...range })
      expect(Math.max(...buckets.map(({ max }) => max ?? 0))).toBe(1e6)
      expect(buckets.length).toBeLessThanOrEqual(most)
    }
  }
  const past = tracking.reads.chart({ runId, key: 'loss', fromStep: 61_804, most: 333 })
  expect(Math.max(...past.map(({ max }) => max ?? 0))).toBe(6)
})

test.each([
  [{ key: '../x' }, /^Invalid value "\.\.\/x" for parameter 'metrics\[1\]\.key'/],
  [{ key: '' }, /'metrics\[1\]\.key'/],
  [{ key: 'a\u0000b' }, /'metrics\[1\]\.key'/],
  [{ key: 'k'.repeat(251) }, /'metrics\[1\]\.key' exceeds the maximum length of 250/],
  [{ value: 'x' as unknown as number }, /^Invalid value "x" for parameter 'metrics\[1\]\.value'/],
  [{ timestamp: -1 }, /^Invalid value -1 for parameter 'metrics\[1\]\.timestamp'/],
  [{ timestamp: 1.5 }, /'metrics\[1\]\.timestamp'/],
  [{ timestamp: Number.NaN }, /^Invalid value "NaN" for parameter 'metrics\[1\]\.timestamp'/],
  [{ step: 0.5 }, /'metrics\[1\]\.step'/],
  [{ step: 2 ** 53 }, /'metrics\[1\]\.step'/],
  [{ modelId: 'm-none' }, /^Logged model with ID 'm-none' not found/],
])('of a batch with the point %j nothing is kept, and the message names it', async (fault, message) => {
  const { tracking, runId, log } = await openRun()
  await expect(log(point(0, 1), { ...point(1, 1), ...fault })).rejects.toThrow(message)
  expect(tracking.reads.run(runId).metrics).toEqual([])
})

test('an interval has steps evenly by number, the last one, and the first and last of each run', async () => {
  const { tracking, runId, log } = await openRun()
  await log(...Array.from({ length: 100 }, (_, i) => point(i * 10, i)))
  const { info } = await tracking.writes.createRun({ experimentId: '0' })
  await tracking.writes.log(info.id, { metrics: [point(333, 1), point(334, 2), point(335, 3), point(400, 4)] })
  const read = (query: object): [string, number][] =>
    tracking.reads
      .historyInterval({ runIds: [runId, info.id], key: 'loss', maxResults: 4, ...query })
      .map(({ runId: id, step }): [string, number] => [id, step])
  const [first, second] = [runId, info.id].map(
    (id) => (steps: number[]) => steps.map((step): [string, number] => [id, step]),
  )
  const byRun = (a: [string, number], b: [string, number]): number => a[0].localeCompare(b[0]) || a[1] - b[1]

  // 103 steps, as 400 is one of both: numbers 0, 25, 51, 77.
  const all = [...(first?.([0, 250, 400, 480, 740, 990]) ?? []), ...(second?.([333, 400]) ?? [])]
  expect(read({})).toEqual(all.toSorted(byRun))
  const some = [...(first?.([330, 340]) ?? []), ...(second?.([333, 334, 335]) ?? [])]
  expect(read({ startStep: 330, endStep: 340, maxResults: 9 })).toEqual(some.toSorted(byRun))
  expect(() => read({ startStep: 1 })).toThrow('both must be specified')
  expect(() => read({ startStep: 2, endStep: 1 })).toThrow('end_step must be greater')
})

test.each([
  [{ runId: 'nobody' }, 'not found'],
  [{ maxResults: -1 }, "'max_results'"],
  [{ pageToken: 'x!' }, 'Invalid page token'],
  [{ pageToken: Buffer.from('{"after":[1]}').toString('base64') }, 'Invalid page token'],
])('a history asked with %j is refused', async (fault, message) => {
  const { tracking, runId, log } = await openRun()
  await log(point(0, 1))
  expect(() => tracking.reads.history({ runId, key: 'loss', ...fault })).toThrow(message)
})

test('a page token of another series is refused; a key that was never logged has no points', async () => {
  const { tracking, runId, log } = await openRun()
  await log(point(0, 1), point(1, 1))
  const { next = '' } = tracking.reads.history({ runId, key: 'loss', maxResults: 1 })
  expect(() => tracking.reads.history({ runId, key: 'other', pageToken: next })).toThrow('Invalid page token')
  expect(tracking.reads.history({ runId, key: 'other' })).toEqual({ items: [] })
  expect(tracking.reads.chart({ runId, key: 'other', most: 5 })).toEqual([])
})

test.each([0, 1.5, 10_001, Number.NaN])('a chart of %d buckets is refused', async (most) => {
  const { tracking, runId } = await openRun()
  expect(() => tracking.reads.chart({ runId, key: 'loss', most })).toThrow("'most'")
})
