import { afterAll, beforeEach, expect, test } from 'vitest'
import { RunListStore } from './run-list-store.ts'
import type { RunRow } from './run-rows.ts'
import { insertRun, openTestStore, planOfSpec } from './test-store.ts'
import { twinsOf } from './twins.ts'

const opened = openTestStore()
const list = new RunListStore(opened.store)
afterAll(() => opened[Symbol.asyncDispose]())
beforeEach(() => void opened.store.db.exec('DELETE FROM runs'))

const VALUES = { n: 1, words: { a: 1, b: 2 } }
const PARAMETERS = { n: { type: 'integer' }, words: { type: 'object' } }
const SPEC = { parameters: PARAMETERS, steps: { a: { command: ['true'] } } }

/** A run that is over, with these parameters. */
function over(parameters: Parameters<typeof planOfSpec>[1], change: Partial<RunRow> = {}): RunRow {
  const run = insertRun(opened.runs, planOfSpec(SPEC, { ...VALUES, ...parameters }), { status: 'succeeded', ...change })
  opened.store.db.prepare('UPDATE runs SET finished_at = 9 WHERE id = ?').run(run.id)
  return run
}
const twins = (run: RunRow) => twinsOf(list, run).map(({ id }) => id)

test('a twin that ended alike goes before a later one that did not, on its target and on others', () => {
  const asked = over({}, { target: 'lab' })
  const alike = over({})
  const failedInDocker = over({}, { target: 'docker', status: 'failed' })
  over({}, { status: 'failed' })
  expect(twins(asked)).toEqual([alike.id, failedInDocker.id])
})

test('a twin is found behind many later runs with other parameters', () => {
  const asked = over({}, { target: 'lab' })
  const twin = over({})
  for (let n = 2; n < 300; n += 1) over({ n })
  expect(twins(asked)).toEqual([twin.id])
})

test('keys within a parameter may stand in any order', () => {
  const twin = over({ words: { b: 2, a: 1 } })
  expect(twins(over({}, { target: 'lab' }))).toEqual([twin.id])
  expect(twins(over({ words: { a: 2, b: 1 } }, { target: 'lab' }))).toEqual([])
})
