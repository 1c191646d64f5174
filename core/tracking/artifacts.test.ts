import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBlobs, openStore, removeTree, type Blobs, type Store } from '#core/store/index.ts'
import { openArtifacts, type Artifacts } from './artifacts.ts'
import { TRACKING_MIGRATIONS } from './migrations.ts'
import { openWriteQueue } from './write-queue.ts'

let home = ''
let store: Store
let blobs: Blobs
let artifacts: Artifacts
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minisub-artifacts-'))
  store = openStore(home, { file: 'tracking.db', migrations: TRACKING_MIGRATIONS })
  blobs = openBlobs(join(home, 'blobs'))
  artifacts = openArtifacts({ db: store.db, queue: openWriteQueue(store.db), blobs })
})
afterEach(async () => {
  store[Symbol.dispose]()
  await removeTree(home)
})

async function* stream(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

const put = async (path: string, text = path) => artifacts.put(path, stream(text))
const textOf = async (path: string) => (await buffer(blobs.read(artifacts.get(path).sha256))).toString()
const kept = () =>
  !existsSync(join(home, 'blobs'))
    ? []
    : readdirSync(join(home, 'blobs'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
const invalid = expect.objectContaining({ code: 'tracking_invalid' })
const missing = expect.objectContaining({ code: 'not_found' })

describe('an artifact', () => {
  test.each([
    ['empty', Buffer.alloc(0)],
    ['small', Buffer.from('hello')],
    ['large', randomBytes(1_000_001)],
  ])('that is %s comes back as it was sent', async (_, bytes) => {
    const content = await artifacts.put('0/run/a', stream(bytes.subarray(0, 3), bytes.subarray(3)))
    expect(content.size).toBe(bytes.length)
    expect(artifacts.get('0/run/a')).toEqual(content)
    expect((await buffer(blobs.read(content.sha256))).equals(bytes)).toBe(true)
  })

  test('that is in the blob store already gets a name without a copy; of several that cannot all have one none has', async () => {
    const { sha256, size } = await put('0/run/a', 'one')
    const before = kept().length
    await artifacts.link([{ path: '0/models/m/MLmodel', sha256, size }])
    expect(await textOf('0/models/m/MLmodel')).toBe('one')
    const both = ['0/models/m/b', '0/models/m/MLmodel/c'].map((path) => ({ path, sha256, size }))
    await expect(artifacts.link(both)).rejects.toEqual(invalid)
    await expect(artifacts.link([{ path: '../x', sha256, size }])).rejects.toEqual(invalid)
    expect(() => artifacts.get('0/models/m/b')).toThrow(missing)
    expect(kept()).toHaveLength(before)
  })

  test('is written again under its path, and stored once where others are the same', async () => {
    await put('0/run/a', 'one')
    await put('0/run/b', 'two')
    await put('0/run/a', 'two')
    expect(await textOf('0/run/a')).toBe('two')
    expect(artifacts.get('0/run/a').sha256).toBe(artifacts.get('0/run/b').sha256)
    expect(artifacts.usage('0/run')).toEqual({ files: 2, bytes: 6 })
  })

  test('whose stream breaks leaves nothing, and what was there stays', async () => {
    await put('0/run/a', 'before')
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield randomBytes(300_000)
      throw new Error('cut off')
    }
    await expect(artifacts.put('0/run/a', broken())).rejects.toThrow('cut off')
    await expect(artifacts.put('0/run/b', broken())).rejects.toThrow('cut off')
    expect(await textOf('0/run/a')).toBe('before')
    expect(() => artifacts.get('0/run/b')).toThrow(missing)
    expect(kept().map(({ name }) => name)).toEqual([artifacts.get('0/run/a').sha256])
  })

  test('is still there for the next core', async () => {
    await put('0/run/a')
    using again = openStore(home, { file: 'tracking.db', migrations: TRACKING_MIGRATIONS })
    const reopened = openArtifacts({ db: again.db, queue: openWriteQueue(again.db), blobs })
    expect(reopened.get('0/run/a')).toEqual(artifacts.get('0/run/a'))
  })

  test('is found by the name that a client of MLflow 3.6 gives it after it listed it', async () => {
    await put('0/run/images/k%step%20%timestamp%1700%g.png', 'image')
    await put('0/run/images/k%step%201%timestamp%1700%g.png', 'other')
    await put('0/run/images/sub/k%step%41', 'deeper')
    expect(await textOf('0/run/images/k%step %timestamp%1700%g.png')).toBe('image')
    expect(await textOf('0/run/images/k%step 1%timestamp%1700%g.png')).toBe('other')
    expect(() => artifacts.get('0/run/images/k%stepA')).toThrow(missing)
  })

  test('that is not there, or is a folder, is said to be missing', async () => {
    await put('0/run/a/b')
    for (const path of ['0/run/x', '0/run/a', '0', '']) expect(() => artifacts.get(path)).toThrow(missing)
  })
})

describe('where artifacts may lie', () => {
  test.each(['run/a', 'a', '7', '', 'x/0/a', '7a/b', '../0/a', '0/../../a', '0/%2e%2e/a'])(
    '%j is refused before a byte is read',
    async (path) => {
      let isRead = false
      async function* watched(): AsyncGenerator<Uint8Array> {
        isRead = true
        yield Buffer.from('x')
      }
      await expect(artifacts.put(path, watched())).rejects.toThrow(invalid)
      await expect(artifacts.remove(path)).rejects.toThrow(invalid)
      expect(isRead).toBe(false)
    },
  )

  test('below a number, also of an experiment that is not there, and below the location of one', async () => {
    await put('123/run/a')
    await expect(put('mine/deep/run/a')).rejects.toThrow(invalid)
    store.db
      .prepare(
        `INSERT INTO experiments (project, created_by, name, artifact_location, created_at, updated_at)
         VALUES ('default', 'local', 'n', 'mlflow-artifacts:/mine/deep', 0, 0)`,
      )
      .run()
    await put('mine/deep/run/a')
    expect(await textOf('mine/deep/run/a')).toBe('mine/deep/run/a')
    await expect(put('mine/a')).rejects.toThrow(invalid)
  })

  test('a file is no folder, and a folder is no file', async () => {
    await put('0/run/a/b')
    await expect(put('0/run/a')).rejects.toThrow(/'0\/run\/a' is a folder/)
    await expect(put('0/run/a/b/c/d')).rejects.toThrow(/'0\/run\/a\/b' is a file/)
    const both = await Promise.allSettled([put('0/run/x'), put('0/run/x/y')])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })
})

describe('a folder of artifacts', () => {
  test('lists its files with their sizes, and its folders, by name', async () => {
    for (const path of ['0/r/a/x', '0/r/a-b', '0/r/a.txt', '0/r/a0', '0/r/b/c/d', '0/r2/z']) await put(path, 'four')
    expect(artifacts.list('0/r')).toEqual([
      { kind: 'folder', name: 'a' },
      { kind: 'file', name: 'a-b', size: 4 },
      { kind: 'file', name: 'a.txt', size: 4 },
      { kind: 'file', name: 'a0', size: 4 },
      { kind: 'folder', name: 'b' },
    ])
    expect(artifacts.list('')).toEqual([{ kind: 'folder', name: '0' }])
    expect(artifacts.list('0/r/')).toEqual(artifacts.list('0/r'))
    expect(artifacts.list('0/r/a0')).toEqual([])
    expect(artifacts.list('0/none')).toEqual([])
    expect(() => artifacts.list('../0')).toThrow(invalid)
  })

  test('is removed with all below it, and nothing beside it', async () => {
    for (const path of ['0/r/a/x', '0/r/a/y/z', '0/r/a-b', '0/r/a0']) await put(path)
    await artifacts.remove('0/r/a/')
    expect(artifacts.list('0/r').map(({ name }) => name)).toEqual(['a-b', 'a0'])
    await artifacts.remove('0/r/a0')
    await artifacts.remove('0/r/none')
    expect(artifacts.usage('0/r')).toEqual({ files: 1, bytes: '0/r/a-b'.length })
  })

  test('lists what a walk over all paths would find, however many there are', () => {
    const insert = store.db.prepare("INSERT OR IGNORE INTO artifacts VALUES (?, '', ?, 0)")
    const name = fc.constantFrom('a', 'a0', 'a-', 'b', '😀', '\uFFFD', 'z')
    const paths = fc.array(fc.array(name, { minLength: 1, maxLength: 4 }), { maxLength: 30 })
    const many = Array.from({ length: 600 }, (_, index) => ['many', ...(index % 3 === 0 ? ['m'] : []), `${index}`])
    fc.assert(
      fc.property(paths, (drawn) => {
        store.db.exec('DELETE FROM artifacts')
        const all = [...drawn, ...many].map((names) => ['0', ...names].join('/'))
        store.transaction(() => all.forEach((path) => insert.run(path, path.length)))
        for (const folder of ['0', '0/a', '0/a0', '0/many', '0/many/m', '0/😀']) {
          const below = all.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1))
          const wanted = new Set(below.map((path) => (path.includes('/') ? `${path.split('/')[0]}/` : path)))
          const listed = artifacts.list(folder).map((one) => (one.kind === 'folder' ? `${one.name}/` : one.name))
          expect(new Set(listed)).toEqual(wanted)
          expect(listed.length).toBe(wanted.size)
        }
      }),
      { numRuns: 40 },
    )
  })
})
