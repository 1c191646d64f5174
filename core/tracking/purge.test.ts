import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Database } from '#core/store/index.ts'
import { ALL, blobsIn, NO_PROGRESS, openPurgeable, richRun, tablesWith } from './purge-fixture.ts'
import { folderForTest } from './tracking-fixture.ts'

/** All rows of a table, as texts. */
function rows(db: Database, table: string): string[] {
  return db
    .prepare(`SELECT * FROM ${table}`)
    .all()
    .map((row) => JSON.stringify(row))
}

test('a purge leaves no row of what it deletes in any table, and all rows of the rest', async () => {
  const home = folderForTest()
  await using it = openPurgeable(home)
  const { db, writes } = it.tracking
  const plan = fc.array(fc.constantFrom('keep', 'delete', 'with experiment'), { minLength: 3, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(plan, async (fates) => {
      const [stays, goes] = [
        await writes.createExperiment({ name: crypto.randomUUID() }),
        await writes.createExperiment({ name: crypto.randomUUID() }),
      ]
      const runs = new Map<string, number>()
      for (const [index, fate] of fates.entries()) {
        const id = await richRun(it, fate === 'with experiment' ? goes.id : stays.id, `run ${index}`)
        runs.set(id, Number(db.prepare('SELECT id FROM runs WHERE run_id = ?').pluck().get(id)))
      }
      const rowsOf = () => tablesWith(db, 'run').map((table) => [table, rowsByRun(db, table)] as const)
      const before = rowsOf()
      expect(before.map(([table]) => table)).toEqual(
        expect.arrayContaining(['series', 'late_points', 'metric_blocks', 'model_metrics']),
      )
      const doomed = [...runs].filter((_, index) => fates[index] === 'delete').map(([id]) => id)
      const kept = [...runs].filter((_, index) => fates[index] === 'keep').map(([, row]) => row)
      if (doomed.length > 0) await it.service.deleteRuns(doomed)
      await it.service.deleteExperiment(goes.id)
      const report = await it.service.purge(ALL, NO_PROGRESS)
      expect(report).toMatchObject({ experiments: 1, runs: runs.size - kept.length, kept: [] })
      for (const [table, old] of before) {
        const now = rowsByRun(db, table)
        for (const row of runs.values()) expect(now.get(row)).toEqual(kept.includes(row) ? old.get(row) : undefined)
      }
      for (const table of tablesWith(db, 'experiment')) {
        expect(
          rows(db, table).filter(
            (row) => row.includes(`"experiment":${goes.id},`) || row.includes(`"experiment":${goes.id}}`),
          ),
        ).toEqual([])
      }
      const ids = [...runs.keys()]
      const left = db.prepare<[], string>('SELECT run FROM nested_runs').pluck().all()
      expect(left.filter((id) => ids.includes(id))).toEqual(
        ids.filter((_, index) => fates[index] === 'keep').toSorted(),
      )
      const paths = db.prepare<[], string>('SELECT path FROM artifacts').pluck().all()
      const gone = new Set([...runs].filter(([, row]) => !kept.includes(row)).map(([id]) => id))
      expect(paths.filter((path) => path.startsWith(`${goes.id}/`) || gone.has(path.split('/')[1] ?? ''))).toEqual([])
      const named = db.prepare<[], string>('SELECT DISTINCT sha256 FROM artifacts').pluck().all()
      expect(blobsIn(home)).toEqual(named.toSorted())
      expect([rows(db, 'purging'), rows(db, 'loose_files')]).toEqual([[], []])
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    }),
    { numRuns: 6 },
  )
}, 60_000)

/** Rows of a table by the run that they are of. */
function rowsByRun(db: Database, table: string): Map<number, string[]> {
  const found = new Map<number, string[]>()
  for (const row of db.prepare<[], { run: number }>(`SELECT * FROM ${table}`).all()) {
    found.set(row.run, [...(found.get(row.run) ?? []), JSON.stringify(row)])
  }
  return found
}

test('one purge goes on at a time', async () => {
  await using it = openPurgeable(folderForTest())
  await it.service.deleteRuns([await richRun(it, '0', 'one')])
  const [first, second] = await Promise.allSettled([
    it.service.purge(ALL, NO_PROGRESS),
    it.service.purge(ALL, NO_PROGRESS),
  ])
  expect([first.status, second]).toMatchObject(['fulfilled', { status: 'rejected', reason: { code: 'conflict' } }])
})
