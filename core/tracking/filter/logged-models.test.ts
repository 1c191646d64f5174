import { afterAll, beforeAll, expect, test } from 'vitest'
import { compileFilter, compileLoggedModelOrder, loggedModelGrammar, type LoggedModelOrder, type Sql } from './index.ts'
import { keyNumber, openSampleStore } from './sample-store.ts'

let store: ReturnType<typeof openSampleStore>
beforeAll(() => {
  store = openSampleStore()
  const { db } = store
  db.exec(`
    INSERT INTO metric_origins VALUES (1, 'x', 'mnist', 'd1'), (2, 'x', 'mnist', 'd2'), (3, 'x', 'iris', 'd1');
    INSERT INTO logged_models (id, model_id, experiment, created_by, name, model_type, source_run_id, status, artifact_uri, created_at, updated_at) VALUES
      (1, 'm-a', 0, 'local', 'a', 'Agent', 'r1', 'LOGGED_MODEL_READY', '', 1, 1),
      (2, 'm-b', 0, 'local', 'b', '', '', 'LOGGED_MODEL_PENDING', '', 2, 2),
      (3, 'm-c', 0, 'local', 'c', '', 'r1', 'LOGGED_MODEL_READY', '', 3, 3);
  `)
  const acc = keyNumber(db, 'acc')
  const metric = db.prepare(
    'INSERT INTO model_metrics (model, key, origin, run, step, at, value, nan) VALUES (?, ?, ?, 1, 0, ?, ?, ?)',
  )
  metric.run(1, acc, 1, 10, 0.9, 0)
  metric.run(1, acc, 3, 20, 0.1, 0)
  metric.run(2, acc, 2, 10, 0.5, 0)
  metric.run(3, acc, 3, 10, 0, 1)
})
afterAll(() => store[Symbol.dispose]())

function rows(text: string, ...pieces: readonly Sql[]): string {
  const values = pieces.flatMap((piece) => piece.values)
  return store.db
    .prepare<unknown[], string>(text)
    .pluck()
    .all(...values)
    .join(' ')
}

const mnist = [{ name: 'mnist' }]
test.each([
  ['', [], 'm-a m-b m-c'],
  ["name = 'a'", [], 'm-a'],
  ["source_run_id = 'r1' AND status = 'LOGGED_MODEL_READY'", [], 'm-a m-c'],
  ['source_run_id IS NULL', [], 'm-b'],
  ['creation_time >= 2', [], 'm-b m-c'],
  ['metrics.acc > 0.4', [], 'm-a m-b'],
  ['metrics.acc < 0.2', [], 'm-a'],
  // metrics of the datasets alone
  ['metrics.acc < 0.2', mnist, ''],
  ['metrics.acc > 0.4', [{ name: 'mnist', digest: 'd2' }], 'm-b'],
  ['metrics.acc > 0.4', [{ name: 'mnist', digest: 'd2' }, { name: 'iris' }], 'm-b'],
  // a filter without metrics: models that were measured on them
  ['', mnist, 'm-a m-b'],
  ["source_run_id = 'r1' OR name = 'b'", [{ name: 'mnist', digest: 'd1' }], 'm-a'],
] as const)('the filter %s on %j -> %s', (filter, datasets, ids) => {
  const where = compileFilter(filter, loggedModelGrammar(datasets))
  expect(rows(`SELECT l.model_id FROM logged_models l WHERE ${where.sql} ORDER BY l.id`, where)).toBe(ids)
})

test.each<[LoggedModelOrder[], string]>([
  [[], 'm-c m-b m-a'],
  [[{ field: 'name' }], 'm-a m-b m-c'],
  [[{ field: 'creation_timestamp', ascending: true }], 'm-a m-b m-c'],
  // the latest of several datasets; NaN last
  [[{ field: 'metrics.acc' }], 'm-a m-b m-c'],
  [[{ field: 'metrics.acc', ascending: false }], 'm-b m-a m-c'],
  [[{ field: 'metrics.acc', ascending: false, datasetName: 'mnist' }], 'm-a m-b m-c'],
  [[{ field: 'metrics.acc', datasetName: 'mnist', datasetDigest: 'd2' }], 'm-b m-c m-a'],
  [
    [
      { field: 'metrics.acc', datasetName: 'mnist', datasetDigest: 'd1' },
      { field: 'metrics.acc', datasetName: 'iris' },
    ],
    'm-a m-c m-b',
  ],
])('logged models by %j: %s', (orderBy, ids) => {
  const order = compileLoggedModelOrder(orderBy, 'l.created_at DESC, l.id')
  expect(rows(`SELECT l.model_id FROM logged_models l ORDER BY ${order.sql}`, order)).toBe(ids)
})
