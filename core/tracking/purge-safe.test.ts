import { expect, test } from 'vitest'
import { openRegistryWrites } from '#core/registry/index.ts'
import { ALL, blobsIn, NO_PROGRESS, openPurgeable } from './purge-fixture.ts'
import { folderForTest } from './tracking-fixture.ts'

test.each([
  ['with a host', (run: string) => `mlflow-artifacts://localhost:5000/0/${run}/artifacts/model`],
  ['with doubled slashes', (run: string) => `mlflow-artifacts:/0//${run}/./artifacts/model/`],
  ['without a slash', (run: string) => `mlflow-artifacts:0/${run}/artifacts/model`],
  ['beside the artifacts', (run: string) => `mlflow-artifacts:/0/${run}/model`],
  ['as the folder of the run', (run: string) => `mlflow-artifacts:/0/${run}`],
])('a run stays that holds the files of a version whose source names them %s', async (_, sourceOf) => {
  const home = folderForTest()
  await using it = openPurgeable(home)
  const { writes, db, queue } = it.tracking
  const { info } = await writes.createRun({ experimentId: '0' })
  await it.put(`0/${info.id}/artifacts/model/MLmodel`, 'flavors')
  const registry = openRegistryWrites({ db, queue })
  await registry.createModel({ name: 'net' })
  await registry.createVersion({ name: 'net', source: sourceOf(info.id) })
  await it.service.deleteRuns([info.id])
  const why = { what: `run ${info.name} (${info.id})`, why: 'version 1 of the model net names it' }
  expect(await it.service.purge(ALL, NO_PROGRESS)).toMatchObject({ runs: 0, kept: [why] })
  expect(blobsIn(home)).toHaveLength(1)
})

test('a folder of a run that is the location of an experiment stays', async () => {
  const home = folderForTest()
  await using it = openPurgeable(home)
  const { writes } = it.tracking
  const { info } = await writes.createRun({ experimentId: '0' })
  const artifactLocation = `mlflow-artifacts:/0/${info.id}/artifacts/inner`
  const inner = await writes.createExperiment({ name: 'inner', artifactLocation })
  const other = await writes.createRun({ experimentId: inner.id })
  await it.put(`0/${info.id}/artifacts/inner/${other.info.id}/artifacts/a`, 'text')
  await it.service.deleteRuns([info.id])
  const why = { what: `run ${info.name} (${info.id})`, why: 'the experiment inner keeps its files in its folder' }
  expect(await it.service.purge(ALL, NO_PROGRESS)).toMatchObject({ runs: 0, kept: [why] })
  expect(blobsIn(home)).toHaveLength(1)
})

test('an artifact may be replaced by what it was before, again and again', async () => {
  const home = folderForTest()
  await using it = openPurgeable(home)
  for (const text of ['one', 'two', 'one', 'two', 'two', 'one', 'three']) await it.put('0/x/artifacts/a', text)
  expect(it.tracking.db.prepare('SELECT count(*) FROM loose_files').pluck().get()).toBe(2)
  await it.service.purge(ALL, NO_PROGRESS)
  expect(blobsIn(home)).toHaveLength(1)
})

test('a run that comes back leaves one that is nested in it in the trash with its own experiment', async () => {
  await using it = openPurgeable(folderForTest())
  const { writes, reads } = it.tracking
  const { id } = await writes.createExperiment({ name: 'elsewhere' })
  const { info: parent } = await writes.createRun({ experimentId: '0' })
  const tags = [{ key: 'mlflow.parentRunId', value: parent.id }]
  const { info: child } = await writes.createRun({ experimentId: id, tags })
  const stages = () => [parent, child].map((run) => reads.run(run.id).info.stage)
  await it.service.deleteRuns([parent.id])
  await it.service.deleteExperiment(id)
  await it.service.restoreRuns([parent.id])
  expect(stages()).toEqual(['active', 'deleted'])
  await it.service.restoreExperiment(id)
  expect(stages()).toEqual(['active', 'active'])
})

test('files are linked only where their bytes are there', async () => {
  await using it = openPurgeable(folderForTest())
  const missing = { path: '0/x/artifacts/a', sha256: 'a'.repeat(64), size: 1 }
  await expect(it.artifacts.link([missing])).rejects.toMatchObject({ code: 'artifact_missing' })
  expect(it.tracking.db.prepare('SELECT count(*) FROM artifacts').pluck().get()).toBe(0)
})
