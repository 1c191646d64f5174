import { randomBytes } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { pack, type Header } from 'tar-stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isProblem } from '#core/base/problem.ts'
import { removeTree, sha256 } from '#core/files/index.ts'
import { archiveCode } from '#core/pipelines/archive.ts'
import { openBlobs, type Blobs } from '#core/store/index.ts'
import { openByteSource } from './byte-source.ts'
import { readTar } from './read-tar.ts'
import { unpackCode } from './unpack-code.ts'

let base = ''
let blobs: Blobs
let count = 0
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'minisub-unpack-'))
  blobs = openBlobs(join(base, 'blobs'))
})
afterEach(() => removeTree(base))

type Code = {
  readonly files: Readonly<Record<string, { text: string; executable: boolean }>>
  readonly links: Readonly<Record<string, string>>
}

/** Code as core puts it into a bucket. */
async function archived({ files, links }: Code): Promise<Buffer> {
  const listed = Object.entries(files).map(([path, { text, executable }]) => {
    const bytes = Buffer.from(text)
    blobs.putBytes(bytes)
    return { path, executable, size: bytes.length, sha256: sha256(text) }
  })
  const targets = Object.entries(links).map(([path, target]) => ({ path, target }))
  return buffer(archiveCode({ files: listed, links: targets }, blobs))
}

async function unpack(archive: Uint8Array): Promise<string> {
  const folder = join(base, `code-${(count += 1)}`)
  writeFileSync(`${folder}.tar.gz`, archive)
  await unpackCode(`${folder}.tar.gz`, folder)
  return folder
}

/** All that lies in a folder but its folders, as `archived` is given it. */
function contentOf(folder: string): Code {
  const files: Record<string, { text: string; executable: boolean }> = {}
  const links: Record<string, string> = {}
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(folder.length + 1)
    if (entry.isSymbolicLink()) links[name] = readlinkSync(path)
    if (!entry.isFile()) continue
    const mode = lstatSync(path).mode & 0o7777
    expect([0o644, 0o755]).toContain(mode)
    files[name] = { text: readFileSync(path, 'utf8'), executable: mode === 0o755 }
  }
  return { files, links }
}

const name = fc.oneof(
  fc.stringMatching(/^[a-zé日😀 .-]{1,12}$/u).filter((it) => it.trim() !== '' && !/^\.+$/.test(it)),
  fc.constantFrom('n'.repeat(100), 'n'.repeat(101), 'é'.repeat(60), 'x'.repeat(155)),
)
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'))
/** No path is the folder of another. */
const paths = fc
  .uniqueArray(path, { maxLength: 12 })
  .map((all) => all.filter((it) => !all.some((other) => other.startsWith(`${it}/`))))
const code: fc.Arbitrary<Code> = paths.chain((all) =>
  fc
    .tuple(
      ...all.map(() =>
        fc.record({
          text: fc.string({ unit: 'grapheme', maxLength: 1200 }),
          executable: fc.boolean(),
          isLink: fc.boolean(),
        }),
      ),
    )
    .map((entries) => {
      const named = all.map(
        (it, index) => [it, entries[index] ?? { text: '', executable: false, isLink: false }] as const,
      )
      const files = named.filter(([, it]) => !it.isLink).map(([it, { text, executable }]) => [it, { text, executable }])
      const links = named.filter(([, it]) => it.isLink).map(([it]) => [it, `../${'t'.repeat(it.length)}`])
      return { files: Object.fromEntries(files), links: Object.fromEntries(links) }
    }),
)

describe('code that core has packed', () => {
  test('is the same when it is unpacked', async () => {
    await fc.assert(
      fc.asyncProperty(code, async (it) => {
        expect(contentOf(await unpack(await archived(it)))).toEqual(it)
      }),
      { numRuns: 60 },
    )
  })

  test('is the same when it is big, or nothing', async () => {
    const big = { files: { big: { text: randomBytes(3_000_000).toString('hex'), executable: true } }, links: {} }
    expect(contentOf(await unpack(await archived(big)))).toEqual(big)
    const nothing = { files: {}, links: {} }
    expect(contentOf(await unpack(await archived(nothing)))).toEqual(nothing)
  })

  test('has folders that may be changed, whatever the mask of the process', async () => {
    const archive = await archived({ files: { 'a/b/c': { text: '', executable: false } }, links: {} })
    const mask = process.umask(0)
    try {
      const folder = await unpack(archive)
      expect(['', 'a', 'a/b'].map((it) => lstatSync(join(folder, it)).mode & 0o777)).toEqual([0o755, 0o755, 0o755])
    } finally {
      process.umask(mask)
    }
  })

  const some: Code = {
    files: { a: { text: 'x'.repeat(600), executable: false }, 'é/b': { text: 'y', executable: true } },
    links: { l: 'a' },
  }

  test('is refused when it was cut off', async () => {
    const whole = await archived(some)
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async (length) => {
        await expect(unpack(whole.subarray(0, length))).rejects.toMatchObject({ code: 'artifact_corrupt' })
      }),
    )
  })

  test('is refused when a bit was changed, or it is one that means nothing', async () => {
    const whole = await archived(some)
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(7), async (at, bit) => {
        const changed = Buffer.from(whole)
        changed[at] = (whole[at] ?? 0) ^ (1 << bit)
        const unpacked = await unpack(changed).catch((error: unknown) => error)
        if (typeof unpacked === 'string') expect(contentOf(unpacked)).toEqual(some)
        else expect(unpacked).toMatchObject({ code: 'artifact_corrupt' })
      }),
      { numRuns: 300 },
    )
  })
})

/** A tar of other makers, well made. */
async function made(...headers: readonly (Partial<Header> & { name: string; text?: string })[]): Promise<Buffer> {
  const archive = pack()
  for (const { text, ...header } of headers) archive.entry(header, text ?? '')
  archive.finalize()
  return buffer(Readable.from(archive, { objectMode: false }))
}

describe('an archive that core has not made', () => {
  test.each<[string, readonly (Partial<Header> & { name: string; text?: string })[]]>([
    ['leads out', [{ name: '../out', text: 'x' }]],
    ['has an absolute path', [{ name: '/tmp/minisub-out', text: 'x' }]],
    ['has no name', [{ name: 'a//b', text: 'x' }]],
    ['leads out by its extended header', [{ name: 'a', text: 'x', pax: { path: '../out' } }]],
    ['has an extended header that is not known', [{ name: 'a', text: 'x', pax: { mtime: '1' } }]],
    ['holds a folder', [{ name: 'a', type: 'directory' }]],
    ['holds a hard link', [{ name: 'a', type: 'link', linkname: '/etc/passwd' }]],
    ['holds a device', [{ name: 'a', type: 'character-device' }]],
    [
      'holds a path twice',
      [
        { name: 'a', text: '1' },
        { name: 'a', text: '2' },
      ],
    ],
    [
      'holds a file where a folder is',
      [
        { name: 'a/b', text: '1' },
        { name: 'a', text: '2' },
      ],
    ],
    [
      'holds a folder where a file is',
      [
        { name: 'a', text: '1' },
        { name: 'a/b', text: '2' },
      ],
    ],
    [
      'holds a link where a file is',
      [
        { name: 'a', text: '1' },
        { name: 'a', type: 'symlink', linkname: '/' },
      ],
    ],
  ])('and %s is refused', async (_, headers) => {
    await expect(unpack(gzipSync(await made(...headers)))).rejects.toMatchObject({ code: 'artifact_corrupt' })
    expect(readdirSync(base).toSorted()).toEqual([`code-${count}`, `code-${count}.tar.gz`])
  })

  test('and would write through a link of its own writes nothing outside', async () => {
    const target = join(base, 'outside')
    mkdirSync(target)
    const bytes = await made({ name: 'l', type: 'symlink', linkname: target }, { name: 'l/x', text: 'x' })
    await expect(unpack(gzipSync(bytes))).rejects.toMatchObject({ code: 'artifact_corrupt' })
    expect(readdirSync(target)).toEqual([])
  })

  test('is read or refused, whatever its bytes are', async () => {
    const whole = gunzipSync(await archived({ files: { a: { text: 'x', executable: false } }, links: { é: 'a' } }))
    const spoilt = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }).map((changes) => {
      const bytes = Buffer.from(whole)
      for (const [at, by] of changes) bytes[at] = by
      return bytes
    })
    await fc.assert(
      fc.asyncProperty(fc.oneof(spoilt, fc.uint8Array({ maxLength: 3000 })), async (bytes) => {
        try {
          await unpack(gzipSync(bytes))
        } catch (error) {
          expect(isProblem(error) && error.code).toBe('artifact_corrupt')
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('code that is not there', () => {
  test('is a problem of its own, also where Argo made an empty folder of it', async () => {
    await expect(unpackCode(join(base, 'none'), join(base, 'code'))).rejects.toMatchObject({ code: 'artifact_missing' })
    await expect(unpackCode(base, join(base, 'code'))).rejects.toMatchObject({ code: 'artifact_missing' })
    symlinkSync(dirname(base), join(base, 'link'))
    await expect(unpackCode(join(base, 'link'), join(base, 'code'))).rejects.toMatchObject({ code: 'artifact_missing' })
  })
})

test('a file of more than 8 GiB has its size in another form, which is read', async () => {
  const size = 2 ** 33 + 5
  const header = await made({ name: 'huge', size: 0 })
  const block = Buffer.from(header.subarray(0, 512))
  block.fill(0, 124, 136)
  block[124] = 0x80
  block.writeBigUInt64BE(BigInt(size), 128)
  block.write('        ', 148)
  block.write(
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  )
  const piece = Buffer.alloc(2 ** 26)
  async function* huge(): AsyncGenerator<Buffer> {
    yield block
    for (let left = size + 507; left > 0; left -= piece.length) yield piece.subarray(0, left)
    yield Buffer.alloc(1024)
    await Promise.resolve()
  }
  let total = 0
  for await (const entry of readTar(openByteSource(huge()))) {
    expect(entry).toMatchObject({ kind: 'file', path: 'huge' })
    if (entry.kind === 'file') for await (const bytes of entry.bytes) total += bytes.length
  }
  expect(total).toBe(size)
})
