import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readInPlace, removeTree, replaceFile } from './index.ts'

describe.skipIf(process.platform === 'win32')('a file that is replaced', () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'minisub-replace-'))
    file = join(folder, 'a.txt')
    writeFileSync(file, 'before')
  })
  afterEach(() => removeTree(folder))

  test('keeps its mode, whatever the umask is, and the link to it', async () => {
    chmodSync(file, 0o664)
    const link = join(folder, 'link')
    symlinkSync('a.txt', link)
    await replaceFile(await readInPlace(link), 'after')
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['after', 0o664])
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(readdirSync(folder)).toEqual(['a.txt', 'link'])
  })

  test('stays as it is where the last look at it throws, and nothing else is left', async () => {
    const refuse = () => Promise.reject(new Error('no'))
    await expect(replaceFile(await readInPlace(file), 'after', refuse)).rejects.toThrow('no')
    expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['before', ['a.txt']])
  })
})
