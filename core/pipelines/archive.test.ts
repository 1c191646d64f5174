import { execFileSync } from 'node:child_process'
import { hash, randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBlobs, removeTree, type Blobs } from '#core/store/index.ts'
import { archiveCode, archiveSize } from './archive.ts'
import { takeSnapshot } from './snapshot.ts'

let base = ''
let blobs: Blobs
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'minisub-archive-'))
  blobs = openBlobs(join(base, 'blobs'))
})
afterEach(() => removeTree(base))

async function archived(name: string, files: Record<string, string | Uint8Array>, store = blobs) {
  const folder = join(base, name)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  chmodSync(join(folder, 'run.sh'), 0o700)
  symlinkSync('run.sh', join(folder, 'go'))
  utimesSync(join(folder, 'run.sh'), name.length, name.length)
  const snapshot = await takeSnapshot({ folder, exclude: [], blobs: store, index: new Map() })
  return { snapshot, bytes: await buffer(archiveCode(snapshot, store)) }
}

describe('archiveCode', () => {
  const files = {
    'run.sh': 'echo hi',
    'a/b.py': 'x',
    [`long/${'n'.repeat(90)}/${'é'.repeat(80)}`]: 'long',
    empty: '',
    big: randomBytes(200_000),
  }

  test('gives the same bytes for two folders in two places with other times', async () => {
    const one = await archived('one', files)
    const two = await archived('elsewhere', files, openBlobs(join(base, 'other-blobs')))
    expect(two.bytes.equals(one.bytes)).toBe(true)
  })

  test('gives the bytes it always gave', async () => {
    const { bytes } = await archived('fixed', { 'run.sh': 'echo hi', 'é/ü': 'x' })
    expect(hash('sha256', bytes, 'hex')).toBe('52ed3889f6046f488ef51ff6299981fc0fd3a4a972a6eff0bda176c730b699fb')
  })

  test('is a tar.gz that tar unpacks to the same code', async () => {
    const { snapshot, bytes } = await archived('one', files)
    const target = join(base, 'unpacked')
    mkdirSync(target)
    execFileSync('tar', ['-xzf', '-', '-C', target], { input: bytes })
    const again = await takeSnapshot({ folder: target, exclude: [], blobs, index: new Map() })
    expect(again).toEqual(snapshot)
    expect([...bytes.subarray(4, 10)]).toEqual([0, 0, 0, 0, 0, 0xff])
    expect(gunzipSync(bytes).length % 512).toBe(0)
    expect(readFileSync(join(target, 'go'), 'utf8')).toBe('echo hi')
  })

  test('fails when a blob is gone, and can be given up half way', async () => {
    const { snapshot } = await archived('one', files)
    for await (const _ of archiveCode(snapshot, blobs)) break
    await expect(buffer(archiveCode(snapshot, openBlobs(join(base, 'none'))))).rejects.toThrow()
  })

  test('has as many bytes as were told before', async () => {
    const { snapshot, bytes } = await archived('one', files)
    expect(await archiveSize(snapshot)).toBe(bytes.length)
    expect(await archiveSize({ files: [], links: [] })).toBe(
      (await buffer(archiveCode({ files: [], links: [] }, blobs))).length,
    )
    const path = fc.stringMatching(/^[a-zé]{1,120}(\/[a-z]{1,90}){0,2}$/)
    const sizes = fc.constantFrom(0, 1, 511, 512, 513, 63_999, 64_511, 65_023, 130_000)
    const entries = fc.uniqueArray(fc.record({ path, size: sizes }), { selector: (it) => it.path, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(entries, async (made) => {
        const all = made.map(({ path: name, size }) => {
          return { path: name, executable: false, ...blobs.putBytes(Buffer.alloc(size)) }
        })
        const code = { files: all, links: [] }
        expect(await archiveSize(code)).toBe((await buffer(archiveCode(code, blobs))).length)
      }),
      { numRuns: 50 },
    )
  })

  test('works for code without files', async () => {
    expect(gunzipSync(await buffer(archiveCode({ files: [], links: [] }, blobs)))).toEqual(Buffer.alloc(1024))
  })
})
