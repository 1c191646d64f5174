import { expect, test } from 'vitest'
import { openRegistryWrites } from '#core/registry/index.ts'
import { ALL, blobsIn, NO_PROGRESS, openPurgeable, richRun } from './purge-fixture.ts'
import { folderForTest } from './tracking-fixture.ts'

test('a file that pipelines, an artifact or nobody since a moment ago names is not freed', async () => {
  const home = folderForTest()
  await using it = openPurgeable(home, 60_000)
  const run = await richRun(it, '0', 'one')
  const other = await richRun(it, '0', 'two')
  await it.service.deleteRuns([run])
  await it.service.purge(ALL, NO_PROGRESS)
  // All are young.
  expect(blobsIn(home)).toHaveLength(3)
  expect(it.tracking.db.prepare('SELECT * FROM loose_files').all()).toHaveLength(1)
  await it[Symbol.asyncDispose]()
  await using later = openPurgeable(home)
  const content = later.service.file(other, 'a/own.txt')
  later.store.db
    .prepare("INSERT INTO cache_entries (key, run, created_at, consumed, outputs) VALUES ('k', 'r', 1, '[]', ?)")
    .run(JSON.stringify({ model: { kind: 'file', sha256: content.sha256 } }))
  await later.service.deleteRuns([other])
  const dry = await later.service.purge({ ...ALL, dryRun: true }, NO_PROGRESS)
  const report = await later.service.purge(ALL, NO_PROGRESS)
  expect(report).toEqual(dry)
  // What pipelines have is neither told as freed nor freed.
  expect(report.bytes).toBe(`own of ${run}`.length + 'shared by all'.length)
  expect(blobsIn(home)).toEqual([content.sha256])
})

test('a file that was replaced or removed is freed by the next purge', async () => {
  const home = folderForTest()
  await using it = openPurgeable(home)
  await it.put('0/x/artifacts/a', 'first')
  await it.put('0/x/artifacts/a', 'second')
  await it.put('0/x/artifacts/b', 'third')
  it.tracking.db.prepare("DELETE FROM artifacts WHERE path LIKE '%/b'").run()
  expect(await it.service.purge({ ...ALL, dryRun: true }, NO_PROGRESS)).toMatchObject({ bytes: 10 })
  await it.service.purge(ALL, NO_PROGRESS)
  expect(blobsIn(home)).toHaveLength(1)
})

test('the folder of an experiment that another one shares keeps the files of the other', async () => {
  await using it = openPurgeable(folderForTest())
  const { writes, db } = it.tracking
  const place = { artifactLocation: 'mlflow-artifacts:/shared' }
  const [one, other] = [
    await writes.createExperiment({ name: 'one', ...place }),
    await writes.createExperiment({ name: 'other', ...place }),
  ]
  const [gone, stays] = [
    await writes.createRun({ experimentId: one.id }),
    await writes.createRun({ experimentId: other.id }),
  ]
  for (const { info } of [gone, stays]) await it.put(`shared/${info.id}/artifacts/a`, info.id)
  await it.service.deleteExperiment(one.id)
  await it.service.purge(ALL, NO_PROGRESS)
  expect(db.prepare('SELECT path FROM artifacts').pluck().all()).toEqual([`shared/${stays.info.id}/artifacts/a`])
})

test('an experiment stays with the models that are not in the trash where a version names one of them', async () => {
  await using it = openPurgeable(folderForTest())
  const { writes, db, queue } = it.tracking
  const { id } = await writes.createExperiment({ name: 'half' })
  const draft = { experimentId: id, name: 'net' }
  const [held, beside] = [await writes.createLoggedModel(draft), await writes.createLoggedModel(draft)]
  const registry = openRegistryWrites({ db, queue })
  await registry.createModel({ name: 'net' })
  await registry.createVersion({ name: 'net', source: `models:/${held.id}` })
  await it.service.deleteExperiment(id)
  const why = {
    models: 0,
    experiments: 0,
    kept: expect.arrayContaining([{ what: 'experiment half (1)', why: 'something in it stays' }]),
  }
  expect(await it.service.purge(ALL, NO_PROGRESS)).toMatchObject(why)
  expect(it.tracking.reads.loggedModel(beside.id).name).toBe('net')
  await registry.deleteModel('net')
  expect(await it.service.purge(ALL, NO_PROGRESS)).toMatchObject({ models: 2, experiments: 1, kept: [] })
})

test('an experiment stays where a run of it was restored or it is the default one, and is told of', async () => {
  await using it = openPurgeable(folderForTest())
  const { writes } = it.tracking
  const { id } = await writes.createExperiment({ name: 'half' })
  const run = await richRun(it, id, 'restored')
  await it.service.deleteExperiment(id)
  await writes.restoreRun(run)
  await writes.deleteExperiment('0')
  const report = await it.service.purge(ALL, NO_PROGRESS)
  expect(report.kept).toEqual([
    { what: 'experiment Default (0)', why: 'programs that name no experiment use it' },
    { what: `experiment half (${id})`, why: '1 of its runs are not in the trash' },
  ])
  expect(it.tracking.reads.run(run).info.stage).toBe('active')
  expect(it.tracking.reads.loggedModels({ experimentIds: [id], maxResults: 9 }).items).toHaveLength(1)
})
