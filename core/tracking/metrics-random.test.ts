import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Database } from '#core/store/index.ts'
import { openKeys } from './keys.ts'
import { openMetricWrites } from './metric-writes.ts'
import { bucketOf, byTime, distinct, ranges, requests, type Logged } from './metrics-fixture.ts'
import { trackingForTest } from './tracking-fixture.ts'
import type { ChartQuery, Metric, TrackingReads } from './types.ts'

// A brute-force model of series beside the pyramid, which is made to change at every few points.

type Asked = Omit<ChartQuery, 'runId' | 'key'>
type Series = {
  readonly reads: TrackingReads
  readonly db: Database
  readonly runId: string
  readonly log: (points: readonly Logged[]) => void
}

/** Blocks that begin where none of the level below begins. */
const STARTS_ALONE = `SELECT * FROM metric_blocks a WHERE level > 1 AND NOT EXISTS (SELECT 1 FROM metric_blocks b
  WHERE b.run = a.run AND b.key = a.key AND b.level = a.level - 1 AND b.step = a.step AND b.at = a.at)`

/** Opens one data folder, and for each call a run of its own there. */
function openSeries(): () => Promise<Series> {
  const { tracking } = trackingForTest()
  const { db, reads, queue, writes } = tracking
  const metrics = openMetricWrites(db, openKeys(db), { enough: 24, stay: 5, late: 7 })
  return async () => {
    const { info } = await writes.createRun({ experimentId: '0' })
    const rowid = db.prepare<[string], number>('SELECT id FROM runs WHERE run_id = ?').pluck().get(info.id) ?? 0
    return {
      reads,
      db,
      runId: info.id,
      log: (points) => {
        void queue.run(() =>
          metrics.add(
            { rowid, runId: info.id },
            points.map((point) => ({ ...point, key: 'loss' })),
          ),
        )
        queue.flush()
      },
    }
  }
}

test('each bucket of a chart is exactly the fold of neighbouring points, whatever came in whatever order', async () => {
  const next = openSeries()
  const levels = new Set<unknown>()
  await fc.assert(
    fc.asyncProperty(requests, ranges, async (batches, asked) => {
      const { reads, db, runId, log } = await next()
      for (const batch of batches) log(batch)
      const all = distinct(batches)
      const queries: readonly Asked[] = [...asked, ...asked.map(({ most }) => ({ most }))]
      for (const query of queries) {
        const { fromStep = -Infinity, toStep = Infinity } = query
        const points = all.filter(({ step }) => step >= fromStep && step <= toStep)
        const buckets = reads.chart({ runId, key: 'loss', ...query })

        let begin = 0
        const folded = buckets.map(({ count }) => bucketOf(points.slice(begin, (begin += count))))
        expect(begin).toBe(points.length)
        expect(buckets).toEqual(folded)
        if (points.length <= query.most) expect(buckets).toHaveLength(points.length)
        else expect(buckets.length).toBeLessThanOrEqual(query.most)
      }
      expect(db.prepare(STARTS_ALONE).all()).toEqual([])
      for (const level of db.prepare('SELECT DISTINCT level FROM metric_blocks WHERE count > 16').pluck().all()) {
        levels.add(level)
      }
    }),
    { numRuns: 150 },
  )
  // What was tried had pyramids indeed.
  expect([...levels]).toEqual(expect.arrayContaining([1, 2, 3]))
})

test('histories have each point once by time, also page by page, and the latest is the greatest by step', async () => {
  const next = openSeries()
  await fc.assert(
    fc.asyncProperty(requests, fc.integer({ min: 1, max: 60 }), async (batches, maxResults) => {
      const { reads, runId, log } = await next()
      for (const batch of batches) log(batch)
      const all = distinct(batches)
      const history = all.toSorted(byTime).map((point) => ({ key: 'loss', ...point }))
      expect(reads.history({ runId, key: 'loss' }).items).toEqual(history)

      const paged: Metric[] = []
      for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
        const page = reads.history({ runId, key: 'loss', maxResults, pageToken })
        paged.push(...page.items)
        pageToken = page.next
      }
      expect(paged).toEqual(history)
      const latest = all.at(-1)
      expect(reads.run(runId).metrics).toEqual(latest === undefined ? [] : [{ key: 'loss', ...latest }])
    }),
    { numRuns: 60 },
  )
})

test('what is known of a series is that of all its points', async () => {
  const next = openSeries()
  await fc.assert(
    fc.asyncProperty(requests, async (batches) => {
      const { db, log } = await next()
      for (const batch of batches) log(batch)
      const all = distinct(batches)
      const { count, min, max } = bucketOf(all)
      const finite = all.filter(({ value }) => Number.isFinite(value)).length
      const row = db.prepare('SELECT count, finite, min, max FROM series ORDER BY run DESC LIMIT 1').get()
      if (all.length > 0) expect(row).toEqual({ count, finite, min, max })
    }),
    { numRuns: 60 },
  )
})

test('a series knows the same of points that came one by one as of those that came together', async () => {
  const next = openSeries()
  const known =
    'SELECT step, at, value, nan, count, finite, min, max, sum, disordered FROM series ORDER BY run DESC LIMIT 1'
  const value = fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constantFrom(Number.NaN, Infinity, -Infinity, 0.5))
  await fc.assert(
    fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 90 }), async (list) => {
      const points = list.map((each, index) => ({ value: each, step: index, timestamp: 1_000 + index }))
      const [one, other] = [await next(), await next()]
      one.log(points)
      const whole = one.db.prepare(known).get()
      for (const point of points) other.log([point])
      expect(other.db.prepare(known).get()).toEqual(whole)
    }),
    { numRuns: 60 },
  )
})
