import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Database } from '#core/store/index.ts'
import { ALL, NO_PROGRESS, openPurgeable, richRun, tablesWith } from './purge-fixture.ts'
import { folderForTest } from './tracking-fixture.ts'

const PURGER = join(import.meta.dirname, 'purger-fixture.ts')

/** Numbers of runs that have rows somewhere and neither a row of their own nor one that says that they go. */
function orphans(db: Database, known: string): number[] {
  return tablesWith(db, 'run').flatMap((table) =>
    db.prepare<[], number>(`SELECT DISTINCT run FROM ${table} WHERE run NOT IN (${known})`).pluck().all(),
  )
}

const RUNS = 'SELECT id FROM runs'
const KNOWN = `${RUNS} UNION SELECT id FROM purging WHERE kind = 'run'`

/** Starts a purge and kills it so many milliseconds after it said a word. Returns all that it said. */
async function purgeAndKill(home: string, word: string, ms: number): Promise<string> {
  const child = spawn(process.execPath, [PURGER, home], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
    if (text.includes(word)) void sleep(ms).then(() => child.kill('SIGKILL'))
  })
  await once(child, 'close')
  return text
}

test('a purge that is killed with SIGKILL shows no half of a run, and is finished by the next one', async () => {
  const home = folderForTest()
  const alive = await fill(home)
  const said = [
    await purgeAndKill(home, 'opened', 150),
    await purgeAndKill(home, 'begun', 20),
    await purgeAndKill(home, 'begun', 60),
  ]
  expect(said.filter((text) => text.includes('done'))).toHaveLength(0)

  await using it = openPurgeable(home)
  const { db, reads } = it.tracking
  expect(orphans(db, KNOWN)).toEqual([])
  expect(db.prepare('SELECT count(*) FROM purging').pluck().get()).toBeGreaterThan(0)
  expect(
    reads.runs({ experimentIds: ['0'], maxResults: 9, view: 'ACTIVE_ONLY' }).items.map(({ info }) => info.id),
  ).toEqual([alive])
  await it.service.purge(ALL, NO_PROGRESS)
  expect(orphans(db, RUNS)).toEqual([])
  expect(reads.run(alive).metrics).toHaveLength(2)
  expect(it.service.file(alive, 'a/own.txt').size).toBe(`own of ${alive}`.length)
}, 60_000)

test('a core that is opened finishes what a killed one began, without being asked', async () => {
  const home = folderForTest()
  await fill(home)
  await purgeAndKill(home, 'begun', 20)
  await using it = openPurgeable(home)
  const left = it.tracking.db.prepare('SELECT count(*) FROM purging').pluck()
  expect(left.get()).toBeGreaterThan(0)
  await expect.poll(() => left.get(), { timeout: 20_000 }).toBe(0)
  expect(orphans(it.tracking.db, RUNS)).toEqual([])
}, 60_000)

/** Makes runs in the trash, one of them with many points, and one that is not; returns that one. */
async function fill(home: string): Promise<string> {
  await using it = openPurgeable(home)
  const { writes } = it.tracking
  const doomed: string[] = []
  for (let index = 0; index < 60; index += 1) doomed.push(await richRun(it, '0', `run ${index}`))
  const [big = ''] = doomed
  for (let from = 0; from < 200_000; from += 1_000) {
    const metrics = Array.from({ length: 1_000 }, (_, index) => ({
      key: 'big',
      value: index,
      timestamp: from + index,
      step: from + index,
    }))
    await writes.log(big, { metrics })
  }
  await it.service.deleteRuns(doomed)
  return await richRun(it, '0', 'alive')
}
