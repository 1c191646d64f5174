import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '#core/store/index.ts'
import { transferForTest, type TransferFixture } from './transfer-fixture.ts'

const [RUN, OTHER, MODEL] = ['a'.repeat(32), 'b'.repeat(32), `m-${'c'.repeat(32)}`]

/** The tables of MLflow 2 that every database has, with the columns that are read. */
const TABLES = `
  CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name TEXT, artifact_location TEXT, lifecycle_stage TEXT,
    creation_time BIGINT, last_update_time BIGINT);
  CREATE TABLE experiment_tags (key TEXT, value TEXT, experiment_id INTEGER);
  CREATE TABLE runs (run_uuid TEXT PRIMARY KEY, name TEXT, user_id TEXT, status TEXT, start_time BIGINT, end_time BIGINT,
    lifecycle_stage TEXT, artifact_uri TEXT, experiment_id INTEGER);
  CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT);
  CREATE TABLE tags (key TEXT, value TEXT, run_uuid TEXT);
  CREATE TABLE metrics (key TEXT, value FLOAT, timestamp BIGINT, run_uuid TEXT, step BIGINT, is_nan BOOLEAN);
  INSERT INTO experiments VALUES (5, 'wine', '', 'active', 1000, 2000);
  INSERT INTO experiment_tags VALUES ('team', 'red', 5), ('bad?', 'x', 5);`

/** A database with further statements; \`true\` leaves it as one with a write-ahead log. */
function databaseFor({ folder }: TransferFixture, sql: string, { log = false } = {}): string {
  const source = join(folder, 'source')
  using store = openStore(source, { file: 'mlflow.db', migrations: [TABLES + sql] })
  if (!log) store.db.pragma('journal_mode = DELETE')
  return join(source, 'mlflow.db')
}

function run(id: string, artifactUri: string, status = 'FINISHED'): string {
  return `INSERT INTO runs VALUES ('${id}', 'first', 'ada', '${status}', 1, 2, 'active', '${artifactUri}', 5);`
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

test('a database comes in with all points, and nothing of it or beside it is changed', async () => {
  const fixture = transferForTest()
  const sql = `${run(RUN, `mlflow-artifacts:/5/${RUN}/artifacts`)}
    INSERT INTO params VALUES ('depth', '3', '${RUN}');
    INSERT INTO metrics VALUES ('loss', 0.5, 10, '${RUN}', 1, 0), ('loss', 0, 11, '${RUN}', 2, 1);`
  const file = databaseFor(fixture, sql, { log: true })
  write(join(fixture.folder, `source/mlartifacts/5/${RUN}/artifacts/a/b.txt`), 'hello')
  const before = [readFileSync(file), readdirSync(dirname(file))]
  const report = await fixture.import(file)
  expect([readFileSync(file), readdirSync(dirname(file))]).toEqual(before)
  expect(report).toMatchObject({ kind: 'mlflow-db', runs: 1, points: 2, artifacts: { files: 1, bytes: 5 } })
  expect(report.skipped).toEqual([{ what: 'tag bad? of experiment wine', why: expect.any(String) }])
  const { reads } = fixture.tracking
  const [experiment] = reads.experiments({ maxResults: 5, filter: "name = 'wine'" }).items
  expect(experiment).toMatchObject({ createdAt: 1_000, updatedAt: 2_000 })
  expect(experiment?.tags).toContainEqual({ key: 'team', value: 'red' })
  const history = reads.history({ runId: RUN, key: 'loss' }).items.map(({ step, value }) => [step, value])
  expect(history).toEqual([
    [1, 0.5],
    [2, Number.NaN],
  ])
})

test('a database that MLflow has open and writes to is read beside it', async () => {
  const fixture = transferForTest()
  const file = databaseFor(fixture, run(RUN, ''))
  using writer = openStore(dirname(file), { file: 'mlflow.db', migrations: [''] })
  writer.db.exec(run(OTHER, '', 'RUNNING'))
  expect(await fixture.import(file)).toMatchObject({ runs: 2 })
  writer.db.exec(`INSERT INTO metrics VALUES ('loss', 0.5, 10, '${OTHER}', 1, 0)`)
  expect(await fixture.import(dirname(file))).toMatchObject({ runs: 0, known: 2, points: 1 })
})

test.each([
  ['an absolute path', (secret: string) => secret, 'outside of the source'],
  ['a file URI', (secret: string) => `file://${secret}`, 'outside of the source'],
  ['a path with ..', () => `mlflow-artifacts:/../../secret`, '..'],
  ['a link', (_: string, source: string) => join(source, 'mlruns/link'), 'outside of the source'],
  ['another store', () => 's3://bucket/secret', 's3:'],
  ['no path at all', () => 'file://%zz', 'file:'],
])('files that are said to be at %s outside of the source are not taken', async (_, uriOf, why) => {
  const fixture = transferForTest()
  const [secret, source] = [join(fixture.folder, 'secret'), join(fixture.folder, 'source')]
  write(join(secret, 'key'), 'hidden')
  mkdirSync(join(source, 'mlruns'), { recursive: true })
  symlinkSync(secret, join(source, 'mlruns/link'))
  const report = await fixture.import(databaseFor(fixture, run(RUN, uriOf(secret, source))))
  expect(report).toMatchObject({ runs: 1, artifacts: { files: 0 } })
  expect(report.skipped).toContainEqual({ what: `files of run ${RUN}`, why: expect.stringContaining(why) })
})

test('files that were moved are found below the folder that is named', async () => {
  const fixture = transferForTest()
  const moved = join(fixture.folder, 'moved')
  write(join(moved, `5/${RUN}/artifacts/a.txt`), 'hello')
  const file = databaseFor(fixture, run(RUN, `/other/machine/mlruns/5/${RUN}/artifacts`))
  expect(await fixture.import(file)).toMatchObject({ artifacts: { files: 0 }, skipped: [expect.anything()] })
  expect(await fixture.import(file, { artifacts: moved })).toMatchObject({
    known: 1,
    artifacts: { files: 1, bytes: 5 },
  })
})

test('values of wrong types are left out or replaced, and named', async () => {
  const fixture = transferForTest()
  const sql = `${run(RUN, '', 'WHATEVER')}
    INSERT INTO runs VALUES ('${OTHER}', x'00ff', 5, NULL, 'soon', -5, 7, NULL, 5), (NULL, '', '', '', 0, 0, '', '', 5);
    INSERT INTO metrics VALUES ('loss', 'x', 10, '${RUN}', 1, 0), ('loss', 1, -1, '${RUN}', 2, 0), ('loss', 1, 1, '${RUN}', 1e300, 0),
      ('a?', 1, 1, '${RUN}', 1, 0), ('loss', 1e999, 1, '${RUN}', 1, 0), ('loss', 1, 1, 'nobody', 1, 0);`
  const report = await fixture.import(databaseFor(fixture, sql))
  expect(report).toMatchObject({ runs: 2, points: 1 })
  expect(report.skipped.map(({ what }) => what)).toEqual([
    'tag bad? of experiment wine',
    'points of run nobody',
    'metric a?',
    '3 points',
  ])
  expect(fixture.tracking.reads.run(RUN).info.status).toBe('KILLED')
  expect(fixture.tracking.reads.run(RUN).metrics).toMatchObject([{ value: Number.POSITIVE_INFINITY }])
})

test('a version whose files belong to nothing that came is named', async () => {
  const fixture = transferForTest()
  const sql = `CREATE TABLE registered_models (name TEXT, creation_time BIGINT);
    CREATE TABLE model_versions (name TEXT, version INTEGER, source TEXT, run_id TEXT, current_stage TEXT);
    INSERT INTO registered_models VALUES ('wine', 3), ('a/b', 4);
    INSERT INTO model_versions VALUES ('wine', 1, '/x/${RUN}/artifacts/model', '${RUN}', 'Production'),
      ('wine', 2, 'models:/${MODEL}', '', 'None'), ('wine', 3, 's3://bucket/x', '', 'None'), ('a/b', 1, 'x', '', '');`
  const report = await fixture.import(databaseFor(fixture, run(RUN, '') + sql))
  expect(report).toMatchObject({ models: 1, versions: 1 })
  expect(report.skipped.map(({ what }) => what).slice(1)).toEqual([
    'version 2 of wine',
    'version 3 of wine',
    'registered model a/b',
    'version 1 of a/b',
  ])
  expect(fixture.registry.version('wine', 1)).toMatchObject({ source: `runs:/${RUN}/model`, stage: 'Production' })
})

test.each([
  ['another database', 'DROP TABLE metrics', 'it has no table metrics'],
  ['one whose columns are others', 'DROP TABLE runs; CREATE TABLE runs (a)', 'no such column'],
])('%s is refused in words', async (_, sql, words) => {
  const fixture = transferForTest()
  const failed = fixture.import(databaseFor(fixture, sql))
  await expect(failed).rejects.toMatchObject({ code: 'import_source', message: expect.stringContaining(words) })
})

test('a column that is called as ours is not read in its place', async () => {
  const fixture = transferForTest()
  const sql = `${run(RUN, '')}
    ALTER TABLE metrics ADD COLUMN at_row;
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001)
    INSERT INTO metrics SELECT 'loss', i, i, '${RUN}', i, 0, 1 FROM n;`
  expect(await fixture.import(databaseFor(fixture, sql))).toMatchObject({ runs: 1, points: 10_001 })
})

test('a damaged file is refused in words, wherever it is damaged', async () => {
  const fixture = transferForTest()
  const file = databaseFor(fixture, run(RUN, ''))
  const bytes = readFileSync(file)
  for (const end of [16, 100, 5_000]) {
    writeFileSync(file, bytes.subarray(0, end))
    await expect(fixture.import(file)).rejects.toMatchObject({ code: 'import_source' })
  }
})
