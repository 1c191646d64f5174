import { hash, randomBytes } from 'node:crypto'
import fs, {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBlobs, type Blobs } from './blobs.ts'
import { removeTree } from '#core/files/index.ts'

let base = ''
let home = ''
let blobs: Blobs
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'minisub-blobs-'))
  home = join(base, 'blobs')
  blobs = openBlobs(home)
})
afterEach(() => removeTree(base))

const SMALL = Buffer.from('hello\n')
const LARGE = randomBytes(3_000_001)
const sizes = { small: SMALL, large: LARGE, empty: Buffer.alloc(0), 'exactly 64 KiB': randomBytes(65_536) }

function file(name: string, bytes: Uint8Array): string {
  const path = join(base, name)
  writeFileSync(path, bytes)
  return path
}

/** All files of the store, temporary ones included. */
function stored(): string[] {
  if (!existsSync(home)) return []
  return readdirSync(home, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [entry.name] : [],
  )
}

function fail(code: string): Error {
  return Object.assign(new Error(`${code}: made by the test`), { code })
}

/** Replaces a function of node:fs until the returned thing is disposed. */
function replaced<Name extends 'writeSync' | 'linkSync' | 'copyFileSync'>(
  name: Name,
  by: (typeof fs)[Name],
): Disposable {
  const original = fs[name]
  fs[name] = by
  syncBuiltinESMExports()
  return {
    [Symbol.dispose]: () => {
      fs[name] = original
      syncBuiltinESMExports()
    },
  }
}

describe.each(Object.entries(sizes))('a %s file', (_name, bytes) => {
  const sha256 = hash('sha256', bytes, 'hex')

  test.each([true, false])('is stored under its sha256, mode 0444, and stays (link: %s)', async (link) => {
    const path = file('source', bytes)
    expect(await blobs.putFile(path, { link })).toEqual({ sha256, size: bytes.length })
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect(statSync(path).mode & 0o200).toBe(link ? 0 : 0o200)
    expect(blobs.pathOf(sha256)).toBe(join(home, sha256.slice(0, 2), sha256))
    expect(readFileSync(blobs.pathOf(sha256)).equals(bytes)).toBe(true)
    expect(statSync(blobs.pathOf(sha256)).mode & 0o777).toBe(0o444)
    expect(stored()).toEqual([sha256])
  })

  test('is stored once, and gives the same when it is put again', async () => {
    await blobs.putFile(file('a', bytes), { link: true })
    const inode = statSync(blobs.pathOf(sha256)).ino
    await blobs.putFile(file('b', bytes), { link: false })
    await blobs.putFile(file('c', bytes), { link: true })
    await blobs.putFile(join(base, 'a'), { link: true })
    blobs.putBytes(bytes)
    expect(statSync(blobs.pathOf(sha256)).ino).toBe(inode)
    expect(stored()).toEqual([sha256])
    rmSync(join(base, 'a'))
    expect(statSync(blobs.pathOf(sha256)).nlink).toBe(1)
  })

  test('is copied out as a file of its own with the mode asked for', async () => {
    blobs.putBytes(bytes)
    const target = join(base, 'target')
    await blobs.copyTo(sha256, target, 0o755)
    expect(statSync(target).mode & 0o777).toBe(0o755)
    expect(statSync(target).nlink).toBe(1)
    appendFileSync(target, 'more')
    expect(readFileSync(blobs.pathOf(sha256)).equals(bytes)).toBe(true)
    await expect(blobs.copyTo(sha256, target, 0o644)).rejects.toThrow('EEXIST')
    expect(existsSync(target)).toBe(true)
  })

  test('that cannot be linked, on another file system for instance, is copied', async () => {
    const path = file('source', bytes)
    using _ = replaced('linkSync', () => {
      throw fail('EXDEV')
    })
    expect(await blobs.putFile(path, { link: true })).toEqual({ sha256, size: bytes.length })
    expect(statSync(path).nlink).toBe(1)
    expect(stored()).toEqual([sha256])
  })

  test('that has another hard link is copied, and the other name stays writable', async () => {
    const path = file('mine', bytes)
    linkSync(path, join(base, 'output'))
    await blobs.putFile(join(base, 'output'), { link: true })
    expect(statSync(path).mode & 0o200).toBe(0o200)
    expect(statSync(blobs.pathOf(sha256)).nlink).toBe(1)
  })

  test('that was cut short in the store is replaced', async () => {
    if (bytes.length === 0) return
    mkdirSync(join(home, sha256.slice(0, 2)), { recursive: true })
    writeFileSync(blobs.pathOf(sha256), bytes.subarray(1), { mode: 0o444 })
    await blobs.putFile(file('source', bytes), { link: true })
    expect(readFileSync(blobs.pathOf(sha256)).equals(bytes)).toBe(true)
  })
})

describe('openBlobs', () => {
  test('tells what it has, and reads ranges with an inclusive end', async () => {
    const { sha256 } = blobs.putBytes(Buffer.from('0123456789'))
    expect(blobs.has(sha256)).toBe(true)
    expect(blobs.has('0'.repeat(64))).toBe(false)
    expect((await buffer(blobs.read(sha256))).toString()).toBe('0123456789')
    expect((await buffer(blobs.read(sha256, { start: 2, end: 4 }))).toString()).toBe('234')
  })

  test('takes no other name than a sha256', () => {
    for (const name of ['', '../../etc/passwd', 'A'.repeat(64), '0'.repeat(63)])
      expect(() => blobs.pathOf(name)).toThrow('sha256')
  })

  test('follows no symbolic link and waits for no named pipe', async () => {
    symlinkSync(file('secret', SMALL), join(base, 'link'))
    for (const link of [true, false]) {
      await expect(blobs.putFile(join(base, 'link'), { link })).rejects.toThrow('ELOOP')
      await expect(blobs.putFile(base, { link })).rejects.toThrow('not a regular file')
    }
    expect(stored()).toEqual([])
  })

  test('says that a blob is gone, and leaves no target', async () => {
    const target = join(base, 'target')
    await expect(blobs.copyTo('0'.repeat(64), target, 0o644)).rejects.toMatchObject({ code: 'artifact_missing' })
    expect(existsSync(target)).toBe(false)
  })

  test.each(['ENOSPC', 'EDQUOT'])(
    'a write that ends with %s is disk_full, names the folder and leaves nothing',
    async (code) => {
      const before = blobs.putBytes(Buffer.from('before'))
      const path = file('source', SMALL)
      using _ = replaced('writeSync', () => {
        throw fail(code)
      })
      expect(() => blobs.putBytes(SMALL)).toThrow(`${home} cannot be written: free space there`)
      await expect(blobs.putFile(path, { link: false })).rejects.toMatchObject({ code: 'disk_full' })
      expect(stored()).toEqual([before.sha256])
      expect(readFileSync(path).equals(SMALL)).toBe(true)
    },
  )

  test('a copy out that finds the disk full is disk_full, and its target is removed', async () => {
    const { sha256 } = blobs.putBytes(SMALL)
    const target = join(base, 'target')
    using _ = replaced('copyFileSync', (_from, to) => {
      writeFileSync(to, 'hel')
      throw fail('ENOSPC')
    })
    await expect(blobs.copyTo(sha256, target, 0o644)).rejects.toMatchObject({ code: 'disk_full' })
    expect(existsSync(target)).toBe(false)
  })

  test('sweeps what a killed core left, and writes on', () => {
    const kept = blobs.putBytes(SMALL)
    writeFileSync(join(home, 'tmp', 'left-over'), 'half')
    openBlobs(home).sweepTemporary()
    blobs.sweepTemporary()
    const next = blobs.putBytes(Buffer.from('next'))
    expect(stored().toSorted()).toEqual([kept.sha256, next.sha256].toSorted())
  })
})

describe('bytes that come from elsewhere', () => {
  const digestOf = (bytes: Uint8Array) => ({ sha256: hash('sha256', bytes, 'hex'), size: bytes.length })
  async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000)
  }

  for (const [name, bytes] of Object.entries(sizes)) {
    test(`${name}: they are stored once, read-only`, async () => {
      const expected = digestOf(bytes)
      await blobs.putStream(inPieces(bytes), expected)
      await blobs.putStream(inPieces(bytes), expected)
      expect(stored()).toEqual([expected.sha256])
      expect(statSync(blobs.sourceOf(expected.sha256)).mode & 0o777).toBe(0o444)
      expect(readFileSync(blobs.sourceOf(expected.sha256)).equals(bytes)).toBe(true)
    })

    test(`${name}: others, fewer or more are refused, and nothing is left`, async () => {
      const expected = digestOf(bytes)
      const other = Buffer.from(bytes.length === 0 ? 'x' : bytes)
      other[0] = (other[0] ?? 0) ^ 1
      const longer = Buffer.concat([bytes, Buffer.from('x')])
      const wrong = [other, longer, ...(bytes.length === 0 ? [] : [bytes.subarray(1)])]
      for (const given of wrong) await expect(blobs.putStream(inPieces(given), expected)).rejects.toThrow(/came with/)
      expect(stored()).toEqual([])
      await blobs.putStream(inPieces(bytes), expected)
      for (const given of wrong) await expect(blobs.putStream(inPieces(given), expected)).rejects.toThrow(/came with/)
    })
  }

  test('a stream that breaks leaves nothing', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield LARGE.subarray(0, 100_000)
      throw fail('ECONNRESET')
    }
    await expect(blobs.putStream(broken(), digestOf(LARGE))).rejects.toThrow('ECONNRESET')
    expect(stored()).toEqual([])
  })

  test('what is not stored has no source', () => {
    expect(() => blobs.sourceOf(digestOf(SMALL).sha256)).toThrow(expect.objectContaining({ code: 'artifact_missing' }))
  })

  for (const [name, bytes] of Object.entries(sizes)) {
    test(`${name}: whatever they are, they are stored once, read-only`, async () => {
      const expected = digestOf(bytes)
      for (const _ of [1, 2]) expect(await blobs.addStream(inPieces(bytes))).toEqual(expected)
      expect(stored()).toEqual([expected.sha256])
      expect(statSync(blobs.sourceOf(expected.sha256)).mode & 0o777).toBe(0o444)
      expect(readFileSync(blobs.sourceOf(expected.sha256)).equals(bytes)).toBe(true)
    })
  }

  test.each([10, 100_000])(
    'whatever they are: a stream that breaks after %d of them leaves nothing',
    async (length) => {
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield LARGE.subarray(0, length)
        throw fail('ECONNRESET')
      }
      await expect(blobs.addStream(broken())).rejects.toThrow('ECONNRESET')
      expect(stored()).toEqual([])
    },
  )

  test('whatever they are: a disk that becomes full is disk_full, and nothing is left', async () => {
    async function* filling(): AsyncGenerator<Uint8Array> {
      yield LARGE.subarray(0, 100_000)
      throw fail('ENOSPC')
    }
    await expect(blobs.addStream(filling())).rejects.toMatchObject({ code: 'disk_full' })
    expect(stored()).toEqual([])
  })
})
