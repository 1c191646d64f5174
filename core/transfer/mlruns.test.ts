import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { transferForTest, type TransferFixture } from './transfer-fixture.ts'

const [A, B, MODEL] = ['a'.repeat(32), 'b'.repeat(32), `m-${'c'.repeat(32)}`]

function write(path: string, ...lines: string[]): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
}

/** An mlruns folder as MLflow 3 writes it, with one experiment, a run and a logged model. */
function mlrunsFor({ folder }: TransferFixture): string {
  const root = join(folder, 'mlruns')
  write(
    join(root, '7/meta.yaml'),
    "experiment_id: '7'",
    'name: wine/one',
    'lifecycle_stage: active',
    'creation_time: 1000',
  )
  writeRun(join(root, '7', A), `run_id: ${A}`, 'run_name: first', 'status: 3', 'end_time: 3000')
  write(join(root, '7', A, 'metrics/dir/loss'), '1000 0.5 1', '1001 nan 2', '1002 inf 3')
  write(join(root, '7', A, 'metrics/r2'), '1003 0.9 0 train d1')
  writeFileSync(join(root, '7', A, 'metrics/acc'), '1000 0.25 1\n1001 0.5')
  writeFileSync(join(mkdir(root, '7', A, 'params'), 'depth'), '3')
  write(join(root, '7', A, 'artifacts/sub/a.txt'), 'hello')
  const model = join(root, '7/models', MODEL)
  write(
    join(model, 'meta.yaml'),
    `model_id: ${MODEL}`,
    'name: net',
    `source_run_id: ${A}`,
    'status: 2',
    'creation_timestamp: 5',
  )
  write(join(model, 'metrics/r2'), `1003 0.9 0 ${A} train d1`)
  write(join(model, 'artifacts/MLmodel'), 'flavors: {}')
  write(join(root, 'models/wine/meta.yaml'), 'name: wine', 'description: a model', 'creation_timestamp: 9')
  write(
    join(root, 'models/wine/version-2/meta.yaml'),
    'version: 2',
    `source: models:/${MODEL}`,
    'current_stage: Staging',
  )
  writeFileSync(join(mkdir(root, 'models/wine/aliases'), 'best'), '2')
  return root
}

function mkdir(...names: string[]): string {
  const path = join(...names)
  mkdirSync(path, { recursive: true })
  return path
}

function writeRun(folder: string, ...lines: string[]): void {
  const usual = ['lifecycle_stage: active', 'user_id: ada', 'start_time: 2000']
  const nameOf = (line: string) => line.split(':')[0]
  write(join(folder, 'meta.yaml'), ...usual.filter((line) => !lines.map(nameOf).includes(nameOf(line))), ...lines)
}

test('what an mlruns folder holds comes in, keeps ids and times, and is found as it was', async () => {
  const fixture = transferForTest()
  const root = mlrunsFor(fixture)
  const planned = await fixture.import(root, { dryRun: true })
  const report = await fixture.import(root)
  expect(report).toMatchObject({ kind: 'mlruns', runs: 1, known: 0, points: 5, models: 1, versions: 1, skipped: [] })
  expect(report.artifacts).toEqual({ files: 2, bytes: 18 })
  expect({ ...planned, experiments: [] }).toEqual({ ...report, experiments: [] })
  expect([planned.experiments[0]?.id, report.experiments]).toEqual([null, [{ name: 'wine/one', id: '1', runs: 1 }]])

  const { reads } = fixture.tracking
  expect(reads.experiment('1')).toMatchObject({ name: 'wine/one', createdAt: 1_000 })
  const run = reads.run(A)
  expect(run.info).toMatchObject({ name: 'first', userId: 'ada', status: 'FINISHED', startTime: 2_000, endTime: 3_000 })
  expect(run.params).toEqual([{ key: 'depth', value: '3' }])
  const history = reads.history({ runId: A, key: 'dir/loss' }).items.map(({ step, value }) => [step, value])
  expect(history).toEqual([
    [1, 0.5],
    [2, Number.NaN],
    [3, Number.POSITIVE_INFINITY],
  ])
  expect(fixture.artifacts.get(`1/${A}/artifacts/sub/a.txt`).size).toBe(6)
  expect(reads.loggedModel(MODEL)).toMatchObject({
    name: 'net',
    createdAt: 5,
    status: 'LOGGED_MODEL_READY',
    metrics: [{ key: 'r2', value: 0.9, runId: A, datasetName: 'train', datasetDigest: 'd1' }],
  })
  expect(fixture.registry.versionByAlias('wine', 'best')).toMatchObject({
    version: 2,
    stage: 'Staging',
    source: `models:/${MODEL}`,
    runId: A,
  })
})

test('a second import adds what is new, and leaves what is here', async () => {
  const fixture = transferForTest()
  const root = mlrunsFor(fixture)
  writeRun(join(root, '7', A), `run_id: ${A}`, 'run_name: first', 'status: 1')
  await fixture.import(root)
  const { reads, writes } = fixture.tracking
  expect(reads.run(A).info.status).toBe('RUNNING')
  await writes.log(A, { tags: [{ key: 'mine', value: 'kept' }] })
  expect(await fixture.import(root)).toMatchObject({
    runs: 0,
    known: 1,
    points: 0,
    models: 0,
    versions: 0,
    skipped: [],
  })

  write(join(root, '7', A, 'metrics/dir/loss'), '1000 0.5 1', '1001 nan 2', '1002 inf 3', '1003 0.125 4')
  write(join(root, '7', A, 'artifacts/sub/b.txt'), 'new')
  writeRun(join(root, '7', A), `run_id: ${A}`, 'run_name: renamed', 'status: 4', 'end_time: 4000')
  writeRun(join(root, '7', B), `run_id: ${B}`, 'run_name: second', 'status: 3')
  expect(await fixture.import(root, { dryRun: true })).toMatchObject({ runs: 1, known: 1, points: 1 })
  expect(await fixture.import(root)).toMatchObject({ runs: 1, known: 1, points: 1, artifacts: { files: 1, bytes: 4 } })
  expect(reads.run(A).info).toMatchObject({ name: 'first', status: 'FAILED', endTime: 4_000 })
  expect(reads.run(A).tags).toContainEqual({ key: 'mine', value: 'kept' })
})

test('what is in the trash there is in the trash here, and comes back with its experiment', async () => {
  const fixture = transferForTest()
  const root = mlrunsFor(fixture)
  writeRun(join(root, '7', B), `run_id: ${B}`, 'status: 3', 'lifecycle_stage: deleted')
  write(join(root, '.trash/8/meta.yaml'), "experiment_id: '8'", 'name: old', 'lifecycle_stage: deleted')
  writeRun(join(root, '.trash/8', 'd'.repeat(32)), 'status: 3', 'lifecycle_stage: deleted')
  expect(await fixture.import(root)).toMatchObject({ runs: 3, skipped: [] })
  const { reads, writes } = fixture.tracking
  expect(reads.run(B).info.stage).toBe('deleted')
  expect(reads.experiment('2').stage).toBe('deleted')
  expect(await fixture.import(root)).toMatchObject({ runs: 0, known: 3 })
  expect(reads.experiments({ maxResults: 10, view: 'ALL' }).items).toHaveLength(3)
  await writes.restoreExperiment('2')
  expect(reads.run('d'.repeat(32)).info.stage).toBe('active')
})

test('what is in the trash there goes into the trash here, also where the first import did not come to it', async () => {
  const fixture = transferForTest()
  const root = mlrunsFor(fixture)
  writeRun(join(root, '7', B), `run_id: ${B}`, 'status: 3', 'lifecycle_stage: deleted')
  write(join(root, '.trash/8/meta.yaml'), "experiment_id: '8'", 'name: old', 'lifecycle_stage: deleted')
  writeRun(join(root, '.trash/8', 'd'.repeat(32)), 'status: 3', 'lifecycle_stage: deleted')
  const { reads, writes } = fixture.tracking
  const stop = new AbortController()
  // As a core that is killed: nothing is ended.
  const cut = {
    deleteExperiment: async () => stop.abort(),
    deleteExperimentTag: async () => undefined,
    deleteRun: async () => undefined,
    updateRun: async () => reads.run(B).info,
  }
  const whole = { ...writes }
  Object.assign(writes, cut)
  const watch = { signal: stop.signal, onLine: () => undefined }
  await fixture.transfer.import({ path: root, dryRun: false }, watch).catch(() => undefined)
  Object.assign(writes, whole)
  expect(reads.experiment('2')).toMatchObject({ name: 'old', stage: 'active' })
  await fixture.import(root)
  expect(reads.experiment('2').stage).toBe('deleted')
  expect(reads.run(B).info).toMatchObject({ stage: 'deleted', status: 'FINISHED' })
  await writes.restoreExperiment('2')
  await writes.restoreRun(B)
  await fixture.import(root)
  expect([reads.experiment('2').stage, reads.run(B).info.stage]).toEqual(['active', 'active'])
  expect(reads.experiment('2').tags.map(({ key }) => key)).toEqual(['minisub.imported_from'])
})

test('an id that another run has here, and a number that another version has, are replaced by ones that stay', async () => {
  const fixture = transferForTest()
  const root = mlrunsFor(fixture)
  const { writes, reads } = fixture.tracking
  await writes.createRun({ id: A, experimentId: '0', name: 'mine' })
  expect(await fixture.import(root)).toMatchObject({ runs: 1, known: 0, versions: 1 })
  expect(reads.run(A).info.name).toBe('mine')
  const [found] = reads.runs({ experimentIds: ['1'], maxResults: 5 }).items
  expect(found?.info).toMatchObject({ name: 'first', id: expect.stringMatching(/^[0-9a-f]{32}$/) })
  expect(await fixture.import(root)).toMatchObject({ runs: 0, known: 1, versions: 0 })

  const other = transferForTest()
  renameSync(root, join(other.folder, 'mlruns'))
  await other.import(join(other.folder, 'mlruns'))
  const copy = mlrunsFor({ ...other, folder: join(other.folder, 'copy') })
  const again = await other.import(copy)
  expect(again.skipped).toEqual([
    { what: 'version 2 of wine', why: 'its number is taken here: it is kept as version 3' },
  ])
})

test('links, cut and huge files, and what cannot be kept are named, and all else comes', async () => {
  const fixture = transferForTest()
  const root = mlrunsFor(fixture)
  const secret = join(fixture.folder, 'secret')
  write(join(secret, 'meta.yaml'), `run_id: ${B}`, 'status: 3')
  write(join(secret, 'key'), 'hidden')
  symlinkSync(secret, join(root, '7', B))
  symlinkSync(join(secret, 'key'), join(root, '7', A, 'artifacts/link'))
  symlinkSync(join(secret, 'key'), join(root, '7', A, 'params/linked'))
  symlinkSync(secret, join(root, '7', A, 'artifacts/folder'))
  write(join(root, '7', A, 'artifacts/bad\u0001name'), 'x')
  write(join(root, '7', A, 'metrics/bad'), '1 0.5 1', 'nonsense', '2 0.5 2')
  write(join(root, '7', A, 'params/what?'), 'x')
  write(join(root, '7/1/meta.yaml'), 'run_id: [')
  write(join(root, '7/2/meta.yaml'), 'a: &a [x]', 'b: [*a, *a]')
  write(join(root, '7/3/meta.yaml'), '- a list')
  write(
    join(root, '7/4/meta.yaml'),
    `run_id: ${'e'.repeat(32)}`,
    'status: [1]',
    'start_time: {}',
    'run_name: 12',
    'end_time: soon',
  )
  writeFileSync(join(mkdir(root, '7/5'), 'meta.yaml'), Buffer.alloc(33 * 1_048_576, 0x61))
  write(join(root, 'models/a:b/meta.yaml'), 'name: a/b')
  write(join(root, 'models/wine/version-3/meta.yaml'), 'source: file:///etc')
  write(join(root, '8/meta.yaml'), 'name: [')
  const report = await fixture.import(root)
  expect(report).toMatchObject({ runs: 2, points: 7, versions: 1 })
  expect(report.artifacts.files).toBe(2)
  const what = report.skipped.map((each) => each.what.replace(root, ''))
  expect(what.toSorted()).toEqual(
    [
      '/7/1',
      '/7/2',
      '/7/3',
      '/7/5',
      '/8',
      `/7/${A}/artifacts/bad\u0001name`,
      `/7/${A}/artifacts/folder`,
      `/7/${A}/artifacts/link`,
      `/7/${A}/metrics/bad`,
      `parameter what? of run ${A}`,
      'registered model a/b',
      'version 3 of wine',
    ].toSorted(),
  )
  expect(fixture.tracking.reads.run(A).params).toEqual([{ key: 'depth', value: '3' }])
  expect(fixture.tracking.reads.run('e'.repeat(32)).info).toMatchObject({ name: '12', status: 'KILLED', startTime: 0 })
  expect(readFileSync(join(secret, 'key'), 'utf8')).toBe('hidden\n')
})

test.each([
  ['nothing', 'there is nothing at'],
  ['empty', 'holds nothing that can be taken in'],
  ['file', 'is no source of a known kind'],
])('%s is refused in words', async (name, words) => {
  const fixture = transferForTest()
  mkdirSync(join(fixture.folder, 'empty'))
  write(join(fixture.folder, 'file'), 'text')
  const failed = fixture.import(join(fixture.folder, name))
  await expect(failed).rejects.toMatchObject({ code: 'import_source', message: expect.stringContaining(words) })
})

test('one import goes on at a time, and one that is given up goes on from there the next time', async () => {
  const fixture = transferForTest()
  const root = mlrunsFor(fixture)
  const stop = new AbortController()
  const request = { path: root, dryRun: false }
  const first = fixture.transfer.import(request, { signal: stop.signal, onLine: () => stop.abort() })
  await expect(fixture.import(root)).rejects.toMatchObject({ code: 'conflict' })
  await expect(first).rejects.toThrow('aborted')
  expect(await fixture.import(root)).toMatchObject({ runs: 1, points: 5 })
})
