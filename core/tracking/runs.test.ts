import { expect, test } from 'vitest'
import { openReadOnly } from '#core/store/index.ts'
import { join } from 'node:path'
import { asObject, trackingForTest } from './tracking-fixture.ts'
import { openTrackingReads, TRACKING_FILE } from './tracking.ts'

test('a run begins RUNNING under an id of 32 hexadecimal digits, with a made-up name that its tag repeats', async () => {
  const { reads, writes } = trackingForTest().tracking
  const before = Date.now()
  const run = await writes.createRun({ experimentId: '0', userId: 'me' })
  const { id, name, startTime } = run.info

  expect(id).toMatch(/^[0-9a-f]{32}$/)
  expect(name).toMatch(/^[a-z]+-[a-z]+-\d+$/)
  expect(asObject(run.tags)).toEqual({ 'mlflow.runName': name })
  expect(startTime).toBeGreaterThanOrEqual(before)
  expect(run.info).toMatchObject({ experimentId: '0', userId: 'me', status: 'RUNNING', endTime: null, stage: 'active' })
  expect(run.info.artifactUri).toBe(`mlflow-artifacts:/0/${id}/artifacts`)
  expect(reads.run(id)).toEqual(run)
})

test('the name of a run and its tag mlflow.runName follow each other', async () => {
  const { reads, writes } = trackingForTest().tracking
  const tag = { key: 'mlflow.runName', value: 'tagged' }
  const named = await writes.createRun({ experimentId: '0', name: 'given' })
  const tagged = await writes.createRun({ experimentId: '0', tags: [tag] })
  const seen = (id: string): unknown[] => [reads.run(id).info.name, asObject(reads.run(id).tags)['mlflow.runName']]
  expect([seen(named.info.id), seen(tagged.info.id)]).toEqual([
    ['given', 'given'],
    ['tagged', 'tagged'],
  ])

  await writes.log(named.info.id, { tags: [{ ...tag, value: 'new' }] })
  expect(seen(named.info.id)).toEqual(['new', 'new'])
  expect((await writes.updateRun(named.info.id, { name: 'newer' })).name).toBe('newer')
  await writes.log(named.info.id, { tags: [{ ...tag, value: '' }] })
  await writes.updateRun(named.info.id, { name: '' })
  expect(seen(named.info.id)).toEqual(['newer', 'newer'])
  await expect(writes.createRun({ experimentId: '0', name: 'given', tags: [tag] })).rejects.toMatchObject({
    code: 'tracking_invalid',
    message: expect.stringContaining("Both 'run_name' argument and 'mlflow.runName' tag are specified"),
  })
})

test('status and end are updated alone or together', async () => {
  const { reads, writes } = trackingForTest().tracking
  const { id } = (await writes.createRun({ experimentId: '0', startTime: 5 })).info
  expect(await writes.updateRun(id, { status: 'FAILED' })).toMatchObject({ status: 'FAILED', endTime: null })
  expect(await writes.updateRun(id, { endTime: 9 })).toMatchObject({ status: 'FAILED', endTime: 9 })
  await writes.updateRun(id, { status: 'KILLED', endTime: 10, name: 'n' })
  expect(reads.run(id).info).toMatchObject({ status: 'KILLED', startTime: 5, endTime: 10, name: 'n' })
})

test('a deleted run can be read and not written; to delete and to restore it twice is one', async () => {
  const { reads, writes } = trackingForTest().tracking
  const { id } = (await writes.createRun({ experimentId: '0' })).info
  await writes.log(id, { tags: [{ key: 'a', value: '1' }] })
  await writes.deleteRun(id)
  await writes.deleteRun(id)
  expect(reads.run(id).info.stage).toBe('deleted')
  const fault = expect.objectContaining({
    code: 'tracking_invalid',
    message: `The run ${id} must be in the 'active' state. Current state is deleted.`,
  })
  for (const write of [
    writes.log(id, {}),
    writes.updateRun(id, { status: 'FINISHED' }),
    writes.deleteRunTag(id, 'a'),
    writes.logInputs(id, {}),
    writes.logOutputs(id, []),
  ]) {
    await expect(write).rejects.toEqual(fault)
  }
  await writes.restoreRun(id)
  await writes.restoreRun(id)
  await writes.log(id, { tags: [{ key: 'a', value: '2' }] })
  expect(asObject(reads.run(id).tags)['a']).toBe('2')
})

test('whether a run is deleted is known right in the turn that deletes it, also where a neighbour fails', async () => {
  const { writes } = trackingForTest().tracking
  const { id } = (await writes.createRun({ experimentId: '0' })).info
  const tag = { tags: [{ key: 'a', value: '1' }] }
  const outcomes = await Promise.allSettled([
    writes.log(id, tag),
    writes.deleteRun(id),
    writes.log(id, tag),
    writes.restoreRun(id),
    writes.log(id, tag),
    writes.createRun({ id, experimentId: '0' }),
    writes.log(id, tag),
  ])
  const expected = ['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled']
  expect(outcomes.map(({ status }) => status)).toEqual(expected)
})

test('a run that could not be made is not there for a write of the same turn', async () => {
  const { writes } = trackingForTest().tracking
  const id = 'b'.repeat(32)
  const outcomes = await Promise.allSettled([
    writes.createRun({ id, experimentId: '0', tags: [{ key: '/', value: '' }] }),
    writes.log(id, {}),
    writes.createRun({ id, experimentId: '0' }),
    writes.log(id, {}),
    writes.createRun({ id, experimentId: '0' }),
  ])
  expect(outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'done'))).toEqual([
    'tracking_invalid',
    'not_found',
    'done',
    'done',
    'tracking_exists',
  ])
})

test('a reader on a connection of its own sees what was acknowledged', async () => {
  const { home, tracking } = trackingForTest()
  using db = disposable(openReadOnly(join(home, TRACKING_FILE)))
  const reads = openTrackingReads(db.it)
  const run = await tracking.writes.createRun({ experimentId: '0' })
  expect(reads.run(run.info.id)).toEqual(run)
  await tracking.writes.log(run.info.id, { params: [{ key: 'lr', value: '1' }] })
  expect(reads.run(run.info.id)).toEqual(tracking.reads.run(run.info.id))
})

test('a read on another connection sees one state, also where the writer commits in the middle of it', async () => {
  const { home, tracking } = trackingForTest()
  const { id } = (await tracking.writes.createRun({ experimentId: '0', name: 'old' })).info
  using db = disposable(openReadOnly(join(home, TRACKING_FILE)))
  const prepare = db.it.prepare.bind(db.it)
  db.it.prepare = ((sql: string) => {
    const statement = prepare(sql)
    const all = statement.all.bind(statement)
    statement.all = (...values: unknown[]) => {
      tracking.db.exec("UPDATE runs SET name = 'new'; UPDATE tags SET value = 'new'")
      return all(...values)
    }
    return statement
  }) as typeof prepare
  const { info, tags } = openTrackingReads(db.it).run(id)

  expect([info.name, asObject(tags)]).toEqual(['old', { 'mlflow.runName': 'old' }])
  expect(tracking.reads.run(id).info.name).toBe('new')
})

test('writes that wait when it is closed are committed', async () => {
  const { tracking } = trackingForTest()
  const created = tracking.writes.createRun({ experimentId: '0' })
  tracking[Symbol.dispose]()
  expect((await created).info.status).toBe('RUNNING')
  await expect(tracking.writes.createRun({ experimentId: '0' })).rejects.toThrow()
})

test('what names no run is not found', async () => {
  const { reads, writes } = trackingForTest().tracking
  const missing = expect.objectContaining({ code: 'not_found', message: 'Run with id=nope not found' })
  expect(() => reads.run('nope')).toThrow(missing)
  for (const write of [
    writes.log('nope', {}),
    writes.updateRun('nope', {}),
    writes.deleteRun('nope'),
    writes.restoreRun('nope'),
    writes.deleteRunTag('nope', 'k'),
    writes.logInputs('nope', {}),
    writes.logOutputs('nope', []),
  ]) {
    await expect(write).rejects.toEqual(missing)
  }
})

test.each([
  ['an id with a slash', { id: 'a/b' }],
  ['an empty id', { id: '' }],
  ['a start that is no integer', { startTime: 1.5 }],
  ['a start beyond what is exact', { startTime: 2 ** 60 }],
  ['a start that is no number', { startTime: Number.NaN }],
])('a run with %s is refused', async (_, draft) => {
  const { writes } = trackingForTest().tracking
  await expect(writes.createRun({ experimentId: '0', ...draft })).rejects.toMatchObject({ code: 'tracking_invalid' })
})

function disposable<It extends { close(): unknown }>(it: It): Disposable & { readonly it: It } {
  return { it, [Symbol.dispose]: () => void it.close() }
}
