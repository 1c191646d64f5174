import { spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openTrackedReads } from '#core/mlflow/index.ts'
import { openReadOnly, openStore } from '#core/store/index.ts'
import { TRACKING_MIGRATIONS } from './migrations.ts'
import { folderForTest, trackingForTest } from './tracking-fixture.ts'
import { openTracking, TRACKING_FILE, type Tracking } from './tracking.ts'
import type { Batch, Metric } from './types.ts'

const LOG = 'tracking.accepted'
const RUN = 'a'.repeat(32)
const point = (step: number, value = step / 3): Metric => ({ key: 'loss', value, timestamp: step, step })

function open() {
  const { home, tracking } = trackingForTest()
  return { home, tracking, ...tracking }
}

async function openWithRun() {
  const opened = open()
  await opened.writes.createRun({ id: RUN, experimentId: '0' })
  return opened
}

const losses = ({ reads }: Pick<Tracking, 'reads'>) => reads.history({ runId: RUN, key: 'loss' }).items
const bytesOf = (home: string) => statSync(join(home, LOG)).size

test('what a process accepted before it was killed in the same turn is there when the next one begins', () => {
  const home = folderForTest()
  const fixture = join(import.meta.dirname, 'accepting-fixture.ts')
  const child = spawnSync(process.execPath, [fixture, home, RUN, '40'], { encoding: 'utf8' })
  expect(child).toMatchObject({ signal: 'SIGKILL', stderr: '' })
  const reader = openReadOnly(join(home, TRACKING_FILE))
  expect(reader.prepare('SELECT count(*) FROM metrics').pluck().get()).toBe(0)
  reader.close()
  using tracking = openTracking(home)
  expect(losses(tracking)).toEqual(Array.from({ length: 40 }, (_, step) => point(step)))
  expect(bytesOf(home)).toBe(0)
})

describe('a point that was accepted is seen by', () => {
  test('reads of the writer', async () => {
    const tracking = await openWithRun()
    expect(tracking.writes.accept(RUN, { metrics: [point(1)] })).toBeUndefined()
    expect(bytesOf(tracking.home)).toBeGreaterThan(0)
    expect(losses(tracking)).toEqual([point(1)])
    expect(tracking.reads.run(RUN).metrics).toEqual([point(1)])
  })

  test('a statement of anybody on its connection, whatever it asks', async () => {
    const { db, writes } = await openWithRun()
    const count = db.prepare('SELECT count(*) FROM metrics').pluck()
    const all = db.prepare('SELECT step FROM metrics ORDER BY step').raw()
    void writes.accept(RUN, { metrics: [point(1)] })
    expect(count.get()).toBe(1)
    void writes.accept(RUN, { metrics: [point(2)] })
    expect(all.all()).toEqual([[1], [2]])
    void writes.accept(RUN, { metrics: [point(3)] })
    expect([...all.iterate()]).toEqual([[1], [2], [3]])
  })

  test('reads of the process for big ones', async () => {
    const { home, tracking } = await openWithRun()
    await using reads = openTrackedReads({ home, tracking })
    for (const step of [1, 2, 3]) {
      void tracking.writes.accept(RUN, { metrics: [point(step)] })
      const bytes = await reads.read('mlflow.history', { runId: RUN, key: 'loss' })
      expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject({ metrics: { length: step } })
    }
  })

  test('whoever waits for a commit, though nobody reads', async () => {
    const { queue, writes } = await openWithRun()
    const committed = new Promise<void>((resolve) => void queue.onCommit(resolve))
    void writes.accept(RUN, { metrics: [point(1)] })
    await committed
  })
})

test('points of several batches and runs are in order, and exact repeats are one', async () => {
  const tracking = await openWithRun()
  await tracking.writes.createRun({ id: 'b'.repeat(32), experimentId: '0' })
  for (const step of [3, 1, 2, 3]) {
    void tracking.writes.accept(RUN, { metrics: [point(step), { ...point(step), key: 'acc' }] })
    void tracking.writes.accept('b'.repeat(32), { metrics: [point(step)] })
  }
  expect(losses(tracking)).toEqual([point(1), point(2), point(3)])
  expect(tracking.reads.run(RUN).metrics).toEqual([point(3), { ...point(3), key: 'acc' }])
  expect(tracking.reads.run('b'.repeat(32)).metrics).toEqual([point(3)])
})

test('what comes after is done after: a run that is deleted in the same turn has its points, and takes no more', async () => {
  const tracking = await openWithRun()
  void tracking.writes.accept(RUN, { metrics: [point(1)] })
  const deleted = tracking.writes.deleteRun(RUN)
  // It waits for the deletion, and is not checked before.
  const late = tracking.writes.accept(RUN, { metrics: [point(2)] })
  await expect(late).rejects.toMatchObject({ code: 'tracking_invalid' })
  await deleted
  expect(() => tracking.writes.accept(RUN, { metrics: [point(3)] })).toThrow("must be in the 'active' state")
  expect(losses(tracking)).toEqual([point(1)])
})

const LOGGED: readonly (readonly [string, Batch])[] = [
  ['a NaN', { metrics: [point(1), point(2, Number.NaN)] }],
  ['an infinity', { metrics: [point(1, Number.NEGATIVE_INFINITY)] }],
  ['a point of a dataset', { metrics: [{ ...point(1), datasetName: 'd', datasetDigest: '1' }] }],
  ['a parameter beside it', { metrics: [point(1)], params: [{ key: 'lr', value: '1' }] }],
  ['a tag beside it', { metrics: [point(1)], tags: [{ key: 't', value: '1' }] }],
  ['more than the file takes', { metrics: Array.from({ length: 900 }, (_, step) => point(step)) }],
]
test.for(LOGGED)('%s is acknowledged with its commit', async ([, batch]) => {
  const { home, reads, writes } = await openWithRun()
  const logged = writes.accept(RUN, batch)
  expect(logged).toBeInstanceOf(Promise)
  expect(bytesOf(home)).toBe(0)
  await logged
  expect(reads.run(RUN).metrics).toHaveLength(1)
})

const REFUSED: readonly (readonly [string, string, Batch])[] = [
  ['an unknown run', 'c'.repeat(32), { metrics: [point(1)] }],
  ['a key with a control character', RUN, { metrics: [{ ...point(1), key: 'a\u0000' }] }],
  ['a key that climbs', RUN, { metrics: [{ ...point(1), key: '../a' }] }],
  ['a key that is too long', RUN, { metrics: [{ ...point(1), key: 'k'.repeat(251) }] }],
  ['a step that is no integer', RUN, { metrics: [point(1), point(0.5)] }],
  ['a time before 1970', RUN, { metrics: [{ ...point(1), timestamp: -1 }] }],
  ['too many points', RUN, { metrics: Array.from({ length: 1001 }, (_, step) => point(step)) }],
]
test.for(REFUSED)('%s is refused as by the write itself, and leaves nothing', async ([, run, batch]) => {
  const { home, reads, writes } = await openWithRun()
  const fault: unknown = await writes.log(run, batch).catch((error: unknown) => error)
  expect(fault).toMatchObject({ name: 'Problem' })
  expect(() => void writes.accept(run, batch)).toThrow(fault)
  expect(bytesOf(home)).toBe(0)
  expect(reads.run(RUN).metrics).toEqual([])
})

test('points that another program keeps from the database are tried again, and others wait for their commit', async () => {
  const tracking = await openWithRun()
  const { home, db, writes } = tracking
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  onTestFinished(() => warned.mockRestore())
  const other = openStore(home, { file: TRACKING_FILE, migrations: TRACKING_MIGRATIONS })
  onTestFinished(() => other[Symbol.dispose]())
  db.pragma('busy_timeout = 1')
  void writes.accept(RUN, { metrics: [point(1)] })
  other.db.exec('BEGIN IMMEDIATE')
  expect(losses(tracking)).toEqual([])
  const refused = writes.accept(RUN, { metrics: [point(2)] })
  await expect(refused).rejects.toMatchObject({ code: 'system_busy' })
  expect(warned).toHaveBeenCalledOnce()
  other.db.exec('COMMIT')
  await writes.log(RUN, { metrics: [point(3)] })
  expect(losses(tracking)).toEqual([point(1), point(3)])
  expect(writes.accept(RUN, { metrics: [point(4)] })).toBeUndefined()
  expect(bytesOf(home)).toBeGreaterThan(0)
})

test('points that could not be committed until the process ended are there with the next one', async () => {
  const tracking = await openWithRun()
  const { home, db, writes } = tracking
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  onTestFinished(() => warned.mockRestore())
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`)
  // So many that they need a page of their own.
  for (let step = 0; step < 200; step += 1) void writes.accept(RUN, { metrics: [point(step)] })
  tracking.tracking[Symbol.dispose]()
  expect(bytesOf(home)).toBeGreaterThan(0)
  using again = openTracking(home)
  expect(losses(again)).toHaveLength(200)
})

test('what was committed and is still in the file, after a kill in between, is there once', async () => {
  const first = await openWithRun()
  const { home, writes } = first
  for (const step of [1, 2]) void writes.accept(RUN, { metrics: [point(step)] })
  copyFileSync(join(home, LOG), join(home, 'kept'))
  expect(losses(first)).toHaveLength(2)
  first.tracking[Symbol.dispose]()
  copyFileSync(join(home, 'kept'), join(home, LOG))
  using again = openTracking(home)
  expect(losses(again)).toEqual([point(1), point(2)])
  expect(again.db.prepare('SELECT count FROM series').pluck().all()).toEqual([2])
  expect(readFileSync(join(home, LOG), 'utf8')).toBe('')
})

test('points of a run that went to the trash, in a file that was left, are no fault of the next process', async () => {
  const first = await openWithRun()
  const { home, writes } = first
  void writes.accept(RUN, { metrics: [point(1)] })
  copyFileSync(join(home, LOG), join(home, 'kept'))
  await writes.deleteRun(RUN)
  first.tracking[Symbol.dispose]()
  copyFileSync(join(home, 'kept'), join(home, LOG))
  using again = openTracking(home)
  await again.writes.restoreRun(RUN)
  expect(losses(again)).toEqual([point(1)])
  expect(bytesOf(home)).toBe(0)
})

test('a look between writes of one turn leaves them in one transaction', async () => {
  const tracking = await openWithRun()
  const { db, queue, writes } = tracking
  const commits: number[] = []
  queue.onCommit(() => void commits.push(Number(db.prepare('SELECT count(*) FROM tags').pluck().get())))
  const before = Number(db.prepare('SELECT count(*) FROM tags').pluck().get())
  void writes.accept(RUN, { metrics: [point(1)] })
  const first = writes.log(RUN, { tags: [{ key: 'a', value: '1' }] })
  expect(losses(tracking)).toEqual([point(1)])
  const second = writes.log(RUN, { tags: [{ key: 'b', value: '1' }] })
  await Promise.all([first, second])
  expect(commits).toEqual([before, before + 2])
})
