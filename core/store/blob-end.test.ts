import { randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { removeTree } from '#core/files/index.ts'
import { openBlobs } from './blobs.ts'

const base = mkdtempSync(join(tmpdir(), 'minisub-blob-end-'))
afterAll(async () => removeTree(base))
const blobs = openBlobs(join(base, 'blobs'))
const [SMALL, LARGE] = [Buffer.from('hello\n'), randomBytes(3_000_001)]
const inPieces = (bytes: Uint8Array) => Readable.from([bytes])

function file(name: string, bytes: Uint8Array): string {
  writeFileSync(join(base, name), bytes)
  return join(base, name)
}

test('a blob that nobody needs is removed, and comes again when it is put again', async () => {
  const { sha256 } = blobs.putBytes(LARGE)
  blobs.remove(sha256)
  expect([blobs.has(sha256), blobs.putAt(sha256)]).toEqual([false, undefined])
  blobs.remove(sha256)
  blobs.putBytes(LARGE)
  expect(await buffer(blobs.read(sha256))).toEqual(LARGE)
})

test.each([
  ['bytes', async () => blobs.putBytes(SMALL)],
  ['a stream', async () => blobs.addStream(inPieces(SMALL))],
  ['a stream of known bytes', async () => blobs.putStream(inPieces(SMALL), blobs.putBytes(SMALL))],
  ['a file', async () => blobs.putFile(file('again', SMALL), { link: false })],
  ['a file that is linked', async () => blobs.putFile(file('linked', SMALL), { link: true })],
])('a blob is young from when it was put last, also where it was there: %s', async (_, putAgain) => {
  const { sha256 } = blobs.putBytes(SMALL)
  const first = blobs.putAt(sha256) ?? 0
  await sleep(20)
  expect(blobs.putAt(sha256)).toBe(first)
  await putAgain()
  expect(blobs.putAt(sha256)).toBeGreaterThan(first)
})
