import { expect, test } from 'vitest'
import { readOn, type JobLog } from './cluster-queries.ts'

const all = Array.from({ length: 7 }, (_, at) => ({ at, step: 'cluster', text: `line ${at}` }))

test('a log is read on from where it was, page by page, each line once', async () => {
  const asked: number[] = []
  const readPage = async (from: number): Promise<JobLog> => {
    asked.push(from)
    const lines = all.slice(from, from + 3)
    return Promise.resolve({ lines, next: from + lines.length })
  }
  const log = await readOn({ lines: all.slice(0, 2), next: 2 }, readPage)
  expect(log).toEqual({ lines: all, next: 7 })
  expect(asked).toEqual([2, 5, 7])
  expect(await readOn(log, readPage)).toBe(log)
})
