import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hashBytes, hashFile, SMALL } from './hash.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'minisub-hash-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('hashFile', () => {
  test.each([0, 1, SMALL - 1, SMALL, SMALL + 1, 1_000_000])('tells sha256 and size of %d bytes', async (size) => {
    const bytes = Buffer.alloc(size, 'some bytes')
    writeFileSync(join(folder, 'file'), bytes)
    expect(await hashFile(join(folder, 'file'))).toEqual({ sha256: hashBytes(bytes), size })
  })

  test('follows no link', async () => {
    writeFileSync(join(folder, 'file'), '')
    symlinkSync('file', join(folder, 'link'))
    await expect(hashFile(join(folder, 'link'))).rejects.toThrow('ELOOP')
  })
})
