import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { pipelineIdOf } from './pipeline-id.ts'
import { RunListStore } from './run-list-store.ts'
import type { RunFilter, RunHead, RunRow } from './run-rows.ts'
import { insertRun, openTestStore, planOfSpec } from './test-store.ts'

const opened = openTestStore()
const list = new RunListStore(opened.store)
afterAll(() => opened[Symbol.asyncDispose]())

const names = ['wine', 'wine-2', 'w_ne', 'beer']
const statuses = ['running', 'failed', 'succeeded'] as const
const rows: RunRow[] = Array.from({ length: 120 }, (_, i) =>
  insertRun(opened.runs, planOfSpec({ steps: { a: { command: ['true'] } } }), {
    pipeline: names[i % 4] ?? '',
    status: statuses[i % 3] ?? 'running',
    file: `/p/${i % 5}.yaml`,
    createdAt: i,
  }),
)

/** The same in the plainest way. */
function expected({ limit, before, pipeline, status, search, file }: RunFilter): string[] {
  return rows
    .toReversed()
    .filter((row) => before === undefined || row.id < before)
    .filter((row) => pipeline === undefined || row.pipeline === pipeline)
    .filter((row) => status === undefined || row.status === status)
    .filter((row) => file === undefined || row.file === file)
    .filter((row) => search === undefined || isFound(row, search.toLowerCase()))
    .slice(0, limit)
    .map(({ id }) => id)
}

function isFound({ id, pipeline }: RunHead, search: string): boolean {
  return id.startsWith(search) || pipeline.includes(search)
}

describe('the list of runs', () => {
  test('is filtered and cut into pages as it is asked for, whatever is combined', () => {
    const filters = fc.record<RunFilter>(
      {
        limit: fc.integer({ min: 1, max: 130 }),
        before: fc.constantFrom(...rows.map(({ id }) => id)),
        pipeline: fc.constantFrom(...names, 'none'),
        status: fc.constantFrom(...statuses, 'cancelled'),
        search: fc.oneof(
          fc.constantFrom('wine', 'WINE', 'in', '_', '%', '!', 'w_', '-2', '', "'", 'zzz'),
          fc.nat(119).map((i) => rows[i]?.id.slice(0, 26 - (i % 9)) ?? ''),
          fc.string({ maxLength: 5 }),
        ),
        file: fc.constantFrom('/p/0.yaml', '/p/4.yaml', '/p/9.yaml'),
      },
      { requiredKeys: ['limit'] },
    )
    fc.assert(
      fc.property(filters, (filter) => {
        expect(list.list(filter).map(({ id }) => id)).toEqual(expected(filter))
      }),
      { numRuns: 400 },
    )
  })

  test('knows the latest runs of each document, and the documents by their latest runs', () => {
    const found = list.lastRuns(['/p/1.yaml', '/p/3.yaml', '/p/none.yaml'], 2)
    const latest = (file: string) =>
      rows
        .toReversed()
        .filter((row) => row.file === file)
        .slice(0, 2)
    expect([...found.keys()].toSorted()).toEqual(['/p/1.yaml', '/p/3.yaml'])
    expect(found.get('/p/3.yaml')?.map(({ id }) => id)).toEqual(latest('/p/3.yaml').map(({ id }) => id))
    expect(list.lastRuns(['/p/0.yaml'], 1000).get('/p/0.yaml')).toHaveLength(24)
    expect(list.latestFiles(2)).toEqual(['/p/4.yaml', '/p/3.yaml'])
  })

  test('finds a document by the id of its pipeline, also one that is new', () => {
    expect(list.fileOf(pipelineIdOf('/p/2.yaml'))).toBe('/p/2.yaml')
    expect(list.fileOf(pipelineIdOf('/p/new.yaml'))).toBeUndefined()
    const plan = planOfSpec({ steps: { a: { command: ['true'] } } })
    rows.push(insertRun(opened.runs, plan, { file: '/p/new.yaml' }))
    expect(list.fileOf(pipelineIdOf('/p/new.yaml'))).toBe('/p/new.yaml')
    expect([list.isFileOfRun('/p/new.yaml'), list.isFileOfRun('/p/x.yaml')]).toEqual([true, false])
  })
})
