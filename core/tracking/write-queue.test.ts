import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openReadOnly, openStore } from '#core/store/index.ts'
import { trackingForTest } from './tracking-fixture.ts'
import { TRACKING_FILE } from './tracking.ts'
import { TRACKING_MIGRATIONS } from './migrations.ts'

const point = (value: number) => ({ key: 'loss', value, timestamp: value, step: value })
const codes = (outcomes: readonly PromiseSettledResult<unknown>[]): unknown[] =>
  outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'kept' : (outcome.reason as { code: unknown }).code))

test('a full disk rejects all writes of the turn, keeps none of them, and later ones go on when there is room', async () => {
  const { tracking } = trackingForTest()
  const { db, reads, writes } = tracking
  const { info } = await writes.createRun({ experimentId: '0' })
  const pages = Number(db.pragma('page_count', { simple: true }))
  db.pragma(`max_page_count = ${pages}`)
  const fat = Array.from({ length: 100 }, (_, key) => ({ key: `k${key}`, value: 'x'.repeat(8000) }))
  const outcomes = await Promise.allSettled([
    writes.createExperiment({ name: 'before' }),
    writes.log(info.id, { metrics: [point(1)] }),
    writes.log(info.id, { tags: fat }),
    writes.createExperiment({ name: 'after' }),
    writes.log(info.id, { metrics: [point(2)] }),
  ])
  expect(codes(outcomes)).toEqual(Array.from({ length: 5 }, () => 'disk_full'))
  expect(reads.experiments({ maxResults: 10 }).items.map(({ name }) => name)).toEqual(['Default'])
  expect(reads.run(info.id).metrics).toEqual([])

  db.pragma(`max_page_count = ${pages + 10_000}`)
  await writes.createExperiment({ name: 'after' })
  await writes.log(info.id, { metrics: [point(2)], tags: fat })
  expect(reads.run(info.id)).toMatchObject({ metrics: [point(2)], tags: { length: 101 } })
})

test('a write that another program keeps from the database is refused as one to try again, and then is done', async () => {
  const { home, tracking } = trackingForTest()
  const other = openStore(home, { file: TRACKING_FILE, migrations: TRACKING_MIGRATIONS })
  onTestFinished(() => other[Symbol.dispose]())
  tracking.db.pragma('busy_timeout = 1')
  other.db.exec('BEGIN IMMEDIATE')
  const names = ['a', 'b']
  const create = () => Promise.allSettled(names.map(async (name) => tracking.writes.createExperiment({ name })))
  expect(codes(await create())).toEqual(['system_busy', 'system_busy'])
  other.db.exec('COMMIT')
  expect(codes(await create())).toEqual(['kept', 'kept'])
})

test('a write that fails undoes itself alone, and a reader sees what was acknowledged', async () => {
  const { home, tracking } = trackingForTest()
  const { queue, writes } = tracking
  const failed = queue.run(() => {
    tracking.db.exec("UPDATE experiments SET name = 'broken' WHERE id = 0")
    throw new Error('undo this')
  })
  const outcomes = await Promise.allSettled([
    writes.createExperiment({ name: 'a' }),
    failed,
    writes.createExperiment({ name: 'b' }),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  const reader = openReadOnly(join(home, TRACKING_FILE))
  onTestFinished(() => void reader.close())
  expect(reader.prepare('SELECT name FROM experiments ORDER BY id').pluck().all()).toEqual(['Default', 'a', 'b'])
})

test('a commit that fails rejects the writes of all, which are as if they had never been', async () => {
  const { tracking } = trackingForTest()
  const { db, queue, reads, writes } = tracking
  const { info } = await writes.createRun({ experimentId: '0' })
  db.exec('CREATE TABLE child (parent INTEGER REFERENCES experiments DEFERRABLE INITIALLY DEFERRED)')
  const outcomes = await Promise.allSettled([
    writes.deleteRun(info.id),
    writes.createRun({ id: 'lost', experimentId: '0', tags: [{ key: 'new', value: '1' }] }),
    queue.run(() => db.exec('INSERT INTO child VALUES (77)')),
  ])
  expect(codes(outcomes)).toEqual(Array.from({ length: 3 }, () => 'SQLITE_CONSTRAINT_FOREIGNKEY'))
  await expect(writes.log('lost', {})).rejects.toMatchObject({ code: 'not_found' })
  await writes.log(info.id, { metrics: [point(1)], tags: [{ key: 'new', value: '2' }] })
  expect(reads.run(info.id)).toMatchObject({ info: { stage: 'active' }, metrics: [point(1)], tags: { length: 2 } })
})
