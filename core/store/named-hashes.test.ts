import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { openStore, removeTree } from './index.ts'
import { hashesIn } from './named-hashes.ts'

const hash = (digit: string) => digit.repeat(64)

test('hashes are found in any text of any table, within JSON and longer runs of digits too', () => {
  const home = mkdtempSync(join(tmpdir(), 'minisub-hashes-'))
  onTestFinished(() => removeTree(home))
  using store = openStore(home)
  const snapshot = JSON.stringify({ files: [{ path: 'a', sha256: hash('a') }, { digest: `sha256:${hash('b')}` }] })
  store.db.prepare('INSERT INTO code_snapshots (digest, created_at, listing) VALUES (?, 1, ?)').run('d', snapshot)
  store.db.prepare('INSERT INTO file_hashes VALUES (?, 1, 1, 1, 1, ?)').run('/x', hash('c'))
  store.db.exec(`CREATE TABLE "a ""new"" one" (x, "of""any" ANY)`)
  store.db.prepare(`INSERT INTO "a ""new"" one" VALUES (?, NULL)`).run(`00${hash('d')}0`)
  const wanted = new Set(['a', 'b', 'c', 'd', 'e'].map(hash))
  expect([...hashesIn(join(home, 'workbench.db'), wanted)].toSorted()).toEqual(['a', 'b', 'c', 'd'].map(hash))
})

test('the hashes of a text are those that a look at each of its places finds', () => {
  const home = mkdtempSync(join(tmpdir(), 'minisub-hashes-'))
  onTestFinished(() => removeTree(home))
  using store = openStore(home)
  const put = store.db.prepare("INSERT OR REPLACE INTO file_hashes VALUES ('/x', 1, 1, 1, 1, ?)")
  const pieces = fc.oneof(
    fc.constantFrom(...['a', 'b', 'c'].map(hash)),
    fc.string({ unit: fc.constantFrom('a', '7', 'z', '"', 'A', 'é') }),
  )
  const wanted = ['a', 'b', 'c'].map(hash)
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
      const text = parts.join('')
      put.run(text)
      const found = hashesIn(join(home, 'workbench.db'), new Set(wanted))
      expect([...found].toSorted()).toEqual(wanted.filter((each) => text.includes(each)))
    }),
  )
})
