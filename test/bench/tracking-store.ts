import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '#core/store/index.ts'
import { openTracking, type Metric, type Tracking } from '#core/tracking/index.ts'
import { median, type Measurement } from './report.ts'

const BATCH = 1_000
const LONG = 1_000_000
const HISTORY = 20_000
const ONES = 4_000
const ROUNDS = 7
const PLAIN =
  'CREATE TABLE p (run INTEGER, key INTEGER, step INTEGER, at INTEGER, value REAL, nan INTEGER, origin INTEGER, PRIMARY KEY (run, key, step, at, value, nan)) WITHOUT ROWID'

const pointsFrom = (key: string, from: number, count: number): Metric[] =>
  Array.from({ length: count }, (_, i) => ({ key, value: Math.sin(from + i), timestamp: from + i, step: from + i }))

function milliseconds(work: () => unknown): number {
  const began = performance.now()
  work()
  return performance.now() - began
}

type Floor = Disposable & { insert(metrics: readonly Metric[]): void }

/** The same rows into a table of SQLite in a file of its own, in one transaction, with nothing else. */
function openFloor(home: string): Floor {
  const store = openStore(home, { file: 'plain.db', migrations: [PLAIN] })
  const insert = store.db.prepare('INSERT INTO p VALUES (1, 1, ?, ?, ?, 0, 0)')
  return {
    insert: (metrics) =>
      store.transaction(() => {
        for (const { step, timestamp, value } of metrics) insert.run(step, timestamp, value)
      }),
    [Symbol.dispose]: () => store[Symbol.dispose](),
  }
}

type Writes = { readonly log: (metrics: readonly Metric[]) => void; readonly floor: Floor }
type Took = { readonly ours: number; readonly bare: number }

/** Milliseconds of logging points from a step on in so many transactions, and of plain inserts of as many. */
function timeLog({ log, floor }: Writes, key: string, transactions: readonly (readonly Metric[])[]): Took {
  const bare = milliseconds(() => transactions.forEach((points) => floor.insert(points)))
  const ours = milliseconds(() => transactions.forEach((points) => log(points.map((point) => ({ ...point, key })))))
  return { ours: ours / transactions.length, bare: bare / transactions.length }
}

async function measureLog({ writes, queue }: Tracking, runId: string, floor: Floor): Promise<Measurement[]> {
  const log = (metrics: readonly Metric[]): void => {
    void writes.log(runId, { metrics })
    queue.flush()
  }
  const ones: Took[] = []
  const batches: Took[] = []
  for (let from = 0; from < LONG; from += BATCH) {
    const points = pointsFrom('', from, BATCH)
    batches.push(timeLog({ log, floor }, 'long', [points]))
    if (from < ONES) {
      const single = pointsFrom('', LONG + from, BATCH).map((point) => [point])
      ones.push(timeLog({ log, floor }, 'one', single))
    }
    await new Promise<void>((done) => void setImmediate(done))
  }
  return [
    { name: 'log a metric, a transaction each', ...medians(ones), bound: 0.2 },
    { name: `log a batch of ${BATCH} metrics`, ...medians(batches), bound: 10 },
  ]
}

function medians(took: readonly Took[]): Pick<Measurement, 'value' | 'unit' | 'floor' | 'floorName'> {
  const value = median(took.map(({ ours }) => ours))
  return { value, unit: 'ms', floor: median(took.map(({ bare }) => bare)), floorName: 'plain inserts into SQLite' }
}

function measureReads({ reads }: Tracking, runId: string): Measurement[] {
  const floorOf = { floor: null, floorName: '' }
  const rounds = (work: (round: number) => unknown): number =>
    median(Array.from({ length: ROUNDS }, (_, round) => milliseconds(() => work(round))))
  const history = rounds(() => {
    if (reads.history({ runId, key: 'long', maxResults: HISTORY }).items.length !== HISTORY)
      throw new Error('points are missing')
  })
  const zooms = [LONG, LONG / 2, LONG / 10, 15_000, 1_000].map((width) => {
    const chart = rounds((round) => {
      const fromStep = Math.floor(((LONG - width) * round) / ROUNDS)
      const buckets = reads.chart({ runId, key: 'long', fromStep, toStep: fromStep + width - 1, most: 1_000 })
      if (buckets.reduce((sum, { count }) => sum + count, 0) !== width) throw new Error('points are missing')
    })
    return chart
  })
  return [
    { name: `a history of ${HISTORY} points`, value: history, unit: 'ms', ...floorOf, bound: 30 },
    {
      name: `the slowest zoom of a chart of ${LONG} points`,
      value: Math.max(...zooms),
      unit: 'ms',
      ...floorOf,
      bound: 50,
    },
  ]
}

/** Metrics into the store and out of it, without HTTP. */
export async function measureTrackingStore(parent: string): Promise<Measurement[]> {
  const home = mkdtempSync(join(parent, 'minisub-bench-'))
  try {
    using tracking = openTracking(home)
    using floor = openFloor(home)
    const { info } = await tracking.writes.createRun({ experimentId: '0' })
    return [...(await measureLog(tracking, info.id, floor)), ...measureReads(tracking, info.id)]
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
