import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStore, type Database } from '#core/store/index.ts'
import { openCommittedCache } from './committed-cache.ts'
import { openKeyNames, openKeys } from './keys.ts'
import { TRACKING_MIGRATIONS } from './migrations.ts'
import { openWriteQueue } from './write-queue.ts'

function openDb(): Database {
  const home = mkdtempSync(join(tmpdir(), 'minisub-keys-'))
  const store = openStore(home, { file: 'tracking.db', migrations: TRACKING_MIGRATIONS })
  onTestFinished(() => {
    store[Symbol.dispose]()
    rmSync(home, { recursive: true })
  })
  return store.db
}

test('a name has one number for ever, also for a connection that never saw it before', async () => {
  const db = openDb()
  const queue = openWriteQueue(db)
  const keys = openKeys(db)
  const [a, again, b] = await Promise.all(['loss', 'loss', 'acc'].map((name) => queue.run(() => keys.id(name))))

  expect(again).toBe(a)
  expect(b).not.toBe(a)
  expect(await queue.run(() => openKeys(db).id('loss'))).toBe(a)
  expect(openKeyNames(db)(a ?? 0)).toBe('loss')
})

test('a number that was given in a write that failed is forgotten, and may become that of another name', async () => {
  const db = openDb()
  const queue = openWriteQueue(db)
  const keys = openKeys(db)
  const names = openKeyNames(db)
  const seen: number[] = []
  const failed = queue.run(() => {
    seen.push(keys.id('lost'), keys.id('lost'))
    names(seen[0] ?? 0)
    throw new Error('undo this')
  })
  const other = queue.run(() => keys.id('kept'))
  const afterwards = queue.run(() => keys.id('lost'))
  await expect(failed).rejects.toThrow('undo this')

  const [kept, lost] = [await other, await afterwards]
  expect(seen[0]).toBe(kept)
  expect(lost).not.toBe(kept)
  expect(await queue.run(() => keys.id('lost'))).toBe(lost)
  expect([names(kept), names(lost)]).toEqual(['kept', 'lost'])
})

test('a number of a transaction that failed as a whole is forgotten', async () => {
  const db = openDb()
  const keys = openKeys(db)
  const rolledBack = db.transaction(() => {
    keys.id('lost')
    throw new Error('undo all')
  })
  expect(() => rolledBack()).toThrow('undo all')
  await Promise.resolve()

  const kept = db.transaction(() => keys.id('kept'))()
  const lost = db.transaction(() => keys.id('lost'))()
  expect(db.prepare('SELECT id, name FROM keys ORDER BY id').raw().all()).toEqual([
    [kept, 'kept'],
    [lost, 'lost'],
  ])
})

test('what is remembered is bounded, and read anew when it was forgotten', () => {
  const db = openDb()
  const reads: number[] = []
  const cache = openCommittedCache<number, string>(db, { most: 2, read: (key) => (reads.push(key), `v${key}`) })
  for (const key of [1, 2, 1, 3, 3, 1]) expect(cache.get(key)).toBe(`v${key}`)
  expect(reads).toEqual([1, 2, 3, 1])
})
