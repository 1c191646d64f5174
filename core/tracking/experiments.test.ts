import { expect, test } from 'vitest'
import { asObject, trackingForTest } from './tracking-fixture.ts'

test('an experiment "0" named Default is there from the start', () => {
  const { reads } = trackingForTest().tracking
  const expected = { id: '0', name: 'Default', stage: 'active', artifactLocation: 'mlflow-artifacts:/0', tags: [] }
  expect(reads.experiment('0')).toMatchObject(expected)
  expect(reads.experimentByName('Default')).toEqual(reads.experiment('0'))
})

test('new experiments have ids that grow, a place for artifacts, and the tags they were given', async () => {
  const { reads, writes } = trackingForTest().tracking
  const first = await writes.createExperiment({ name: 'one', tags: [{ key: 'team', value: 'a' }] })
  const second = await writes.createExperiment({ name: 'two', artifactLocation: 's3://bucket/x' })

  expect([first.id, second.id]).toEqual(['1', '2'])
  expect(first).toMatchObject({ artifactLocation: 'mlflow-artifacts:/1', tags: [{ key: 'team', value: 'a' }] })
  expect(second.artifactLocation).toBe('s3://bucket/x')
  expect(reads.experiment('1')).toEqual(first)
})

test('a name is taken once, and free again when its experiment is in the trash, which then cannot come back', async () => {
  const { reads, writes } = trackingForTest().tracking
  const first = await writes.createExperiment({ name: 'one' })
  await expect(writes.createExperiment({ name: 'one' })).rejects.toMatchObject({
    code: 'tracking_exists',
    message: expect.stringContaining('Experiment(name=one) already exists'),
  })
  await writes.deleteExperiment(first.id)
  expect(() => reads.experimentByName('one')).toThrow(expect.objectContaining({ code: 'not_found' }))
  const second = await writes.createExperiment({ name: 'one' })
  expect(reads.experimentByName('one').id).toBe(second.id)
  await expect(writes.restoreExperiment(first.id)).rejects.toMatchObject({ code: 'tracking_exists' })
  await expect(writes.renameExperiment('0', 'one')).rejects.toMatchObject({ code: 'tracking_exists' })

  await writes.renameExperiment(second.id, 'other')
  await writes.restoreExperiment(first.id)
  expect(reads.experimentByName('one').id).toBe(first.id)
})

test('runs go to the trash and come back with their experiment, save those that were deleted themselves', async () => {
  const { reads, writes } = trackingForTest().tracking
  const { id: experimentId } = await writes.createExperiment({ name: 'one' })
  const [kept, gone] = await Promise.all([writes.createRun({ experimentId }), writes.createRun({ experimentId })])
  const stages = (): string[] => [kept, gone].map(({ info }) => reads.run(info.id).info.stage)
  await writes.deleteRun(gone.info.id)

  await writes.deleteExperiment(experimentId)
  expect(stages()).toEqual(['deleted', 'deleted'])
  expect(reads.experiment(experimentId).stage).toBe('deleted')
  const fault = {
    code: 'tracking_invalid',
    message: expect.stringContaining("must be in the 'active' state. Current state is deleted."),
  }
  await expect(writes.log(kept.info.id, { tags: [{ key: 'a', value: '' }] })).rejects.toMatchObject(fault)
  await expect(writes.createRun({ experimentId })).rejects.toMatchObject(fault)
  await expect(writes.setExperimentTag(experimentId, { key: 'a', value: '' })).rejects.toMatchObject(fault)
  await expect(writes.renameExperiment(experimentId, 'x')).rejects.toMatchObject({
    message: 'Cannot rename a non-active experiment.',
  })

  await writes.restoreExperiment(experimentId)
  expect(stages()).toEqual(['active', 'deleted'])
  await writes.log(kept.info.id, { tags: [{ key: 'a', value: '' }] })
})

test('tags are set, replaced and deleted', async () => {
  const { reads, writes } = trackingForTest().tracking
  await writes.setExperimentTag('0', { key: 'a', value: '1' })
  await writes.setExperimentTag('0', { key: 'a', value: '2' })
  await writes.setExperimentTag('0', { key: 'b', value: '' })
  expect(asObject(reads.experiment('0').tags)).toEqual({ a: '2', b: '' })
  await writes.deleteExperimentTag('0', 'a')
  expect(asObject(reads.experiment('0').tags)).toEqual({ b: '' })
  await expect(writes.deleteExperimentTag('0', 'a')).rejects.toMatchObject({ code: 'not_found' })
})

test('pages chain through all experiments, the newest first, also while others are made', async () => {
  const { tracking } = trackingForTest()
  const { reads, writes } = tracking
  for (let number = 1; number <= 7; number += 1) await writes.createExperiment({ name: `e${number}` })
  tracking.db.exec('UPDATE experiments SET created_at = id / 3')
  const ids: string[] = []
  let pageToken = ''
  for (let page = 0; page === 0 || pageToken !== ''; page += 1) {
    const { items, next = '' } = reads.experiments({ maxResults: 3, pageToken })
    ids.push(...items.map(({ id }) => id))
    pageToken = next
    if (page === 0) await writes.createExperiment({ name: 'late' })
  }
  expect(ids).toEqual(['6', '7', '3', '4', '5', '0', '1', '2'])
})

test('a search filters, sorts and looks into the trash', async () => {
  const { reads, writes } = trackingForTest().tracking
  const { id } = await writes.createExperiment({ name: 'prod', tags: [{ key: 'team', value: 'a' }] })
  await writes.createExperiment({ name: 'probe' })
  await writes.deleteExperiment('2')
  const names = (search: object): string[] =>
    reads.experiments({ maxResults: 10, ...search }).items.map(({ name }) => name)

  expect(names({ filter: "name LIKE 'pro%'" })).toEqual(['prod'])
  expect(names({ filter: "tags.team = 'a'" })).toEqual(['prod'])
  expect(names({ orderBy: ['name ASC'] })).toEqual(['Default', 'prod'])
  expect(names({ view: 'DELETED_ONLY' })).toEqual(['probe'])
  expect(names({ view: 'ALL', orderBy: ['experiment_id DESC'] })).toEqual(['probe', 'prod', 'Default'])
  expect(reads.experiment(id).tags).toHaveLength(1)
})

test.each(['7', 'x', '', '-1', '1.0', '../1', '1'.repeat(30)])('there is no experiment %j', async (id) => {
  const { reads, writes } = trackingForTest().tracking
  const missing = expect.objectContaining({ code: 'not_found' })
  expect(() => reads.experiment(id)).toThrow(missing)
  for (const write of [
    writes.renameExperiment(id, 'n'),
    writes.deleteExperiment(id),
    writes.restoreExperiment(id),
    writes.setExperimentTag(id, { key: 'k', value: '' }),
    writes.createRun({ experimentId: id }),
  ]) {
    await expect(write).rejects.toEqual(missing)
  }
})

test.each([
  ['no name', { name: '' }],
  ['a name that is too long', { name: 'x'.repeat(501) }],
  ['a place of runs', { name: 'n', artifactLocation: 'runs:/abc' }],
  ['a place that is too long', { name: 'n', artifactLocation: `s3://${'x'.repeat(2048)}` }],
  ['a bad key of a tag', { name: 'n', tags: [{ key: '../x', value: '' }] }],
])('an experiment with %s is refused and not made', async (_, draft) => {
  const { reads, writes } = trackingForTest().tracking
  await expect(writes.createExperiment(draft)).rejects.toMatchObject({ code: 'tracking_invalid' })
  expect(reads.experiments({ maxResults: 10 }).items).toHaveLength(1)
})
