import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isProblem } from '#core/base/problem.ts'
import { compileLoggedModelOrder, compileOrder, experimentGrammar, modelVersionGrammar, runGrammar } from './index.ts'
import { openSampleStore, runIds, setRuns } from './sample-store.ts'

const TAIL = 'r.start_time DESC, r.run_id'

let store: ReturnType<typeof openSampleStore>
beforeAll(() => {
  store = openSampleStore()
  setRuns(store.db, [
    { id: 'a', start: 1, status: 2, end: 5, params: { p: 'x' }, metrics: { m: [3, -1] } },
    { id: 'b', start: 2, status: 0, params: { p: 'B' }, metrics: { m: [Number.NaN] } },
    { id: 'c', start: 3, status: 4, end: 4, params: { p: 'b' }, metrics: { m: [Infinity] } },
    { id: 'd', start: 3, status: 1, end: 6, tags: { t: '1' } },
    { id: 'e', start: 3, status: 3, end: 6, metrics: { m: [-Infinity] }, tags: { 'a b': '2' } },
    { id: 'f', start: 0, status: 3, end: 1, metrics: { m: [2, 0] } },
  ])
})
afterAll(() => store[Symbol.dispose]())

const sorted = (...orderBy: string[]): string =>
  runIds(store.db, { sql: '1', values: [] }, compileOrder(orderBy, runGrammar, TAIL)).join('')

describe('runs are sorted', () => {
  const cases: readonly [readonly string[], string][] = [
    [[], 'cdebaf'],
    // numbers, then NaN, then missing ones, in both directions
    [['metrics.m'], 'eafcbd'],
    [['metrics.m ASC'], 'eafcbd'],
    [['metrics.m desc'], 'cfaebd'],
    [['metric.`m` DESC'], 'cfaebd'],
    [['metrics.m@max DESC'], 'afcdeb'],
    [['metrics.m@mean'], 'afcdeb'],
    // capitals before small letters, missing ones last in both directions
    [['params.p'], 'bcadef'],
    [['params.p DESC'], 'acbdef'],
    [['tags.`a b`'], 'ecdbaf'],
    [['attributes.end_time'], 'fcadeb'],
    [['end_time DESC'], 'deacfb'],
    [['status', 'run_id DESC'], 'feacbd'],
    [['start_time'], 'fabcde'],
    [['Created DESC'], 'cdebaf'],
    [['attributes.`Run name`', 'run_id'], 'abcdef'],
  ]
  test.each(cases)('by %j: %s', (orderBy, ids) => {
    expect(sorted(...orderBy)).toBe(ids)
  })
})

describe('an order is refused', () => {
  const cases: readonly [readonly string[], string][] = [
    [['metrics.m', 'metric.`m` DESC'], '`order_by` contains duplicate fields'],
    [['start_time', 'Created DESC'], '`order_by` contains duplicate fields'],
    [['metrics.m', 'metrics.m@last'], '`order_by` contains duplicate fields'],
    [['metrics.m UP'], 'Invalid ordering key in order_by clause'],
    [['metrics.m ASC DESC'], 'Could not be parsed'],
    [['metrics.m > 1'], 'Could not be parsed'],
    [["'metrics.m'"], "Invalid order_by clause ''metrics.m''"],
    [[''], "Invalid order_by clause ''. Could not be parsed"],
    [['metrics.m, metrics.n'], 'Could not be parsed'],
    [['(SELECT 1)'], 'Could not be parsed'],
    [['1'], 'Could not be parsed'],
    [['nothing'], "Invalid attribute key 'nothing' specified. Valid keys are"],
    [['what.m'], "Invalid entity type 'what'"],
    [['datasets.name'], "Invalid identifier type 'dataset'"],
    [Array.from({ length: 33 }, (_, index) => `metrics.m${index}`), 'at most 32 fields'],
  ]
  test.each(cases)('%j', (orderBy, message) => {
    expect(problemOf(() => sorted(...orderBy))).toContain(message)
  })

  test('in the words of each search', () => {
    expect(problemOf(() => compileOrder(['x'], modelVersionGrammar, 'm.name'))).toContain("Invalid order by key 'x'")
    expect(problemOf(() => compileLoggedModelOrder([{ field: 'x' }], 'l.id'))).toContain(
      "Invalid order by field name: 'x'",
    )
    expect(problemOf(() => compileLoggedModelOrder([{ field: 'params.x' }], 'l.id'))).toContain(
      'Only attributes and metrics',
    )
    const digestAlone = [{ field: 'metrics.x', datasetDigest: 'd' }]
    expect(problemOf(() => compileLoggedModelOrder(digestAlone, 'l.id'))).toContain('`dataset_digest` can only be')
  })
})

test('a column that is sorted by is not repeated by the tail', () => {
  expect(compileOrder(['start_time ASC'], runGrammar, TAIL).sql).toBe('r.start_time, r.run_id')
  expect(compileOrder(['experiment_id DESC'], experimentGrammar, 'e.created_at DESC, e.id').sql).toBe(
    'e.id DESC, e.created_at DESC',
  )
})

function problemOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (isProblem(error) && error.code === 'tracking_invalid') return error.message
    throw error
  }
  throw new Error('nothing was refused')
}
