import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { removeTree } from './remove-tree.ts'

let base = ''
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'minisub-remove-'))
})
afterEach(() => rmSync(base, { recursive: true }))

describe('removeTree', () => {
  test('removes folders that are read-only or closed, at any depth', async () => {
    const tree = join(base, 'tree')
    mkdirSync(join(tree, 'a', 'b', 'empty'), { recursive: true })
    writeFileSync(join(tree, 'a', 'b', 'file'), '', { mode: 0o444 })
    for (const [folder, mode] of [
      ['a/b/empty', 0],
      ['a/b', 0o555],
      ['a', 0o100],
      ['', 0o555],
    ] as const) {
      chmodSync(join(tree, folder), mode)
    }
    await removeTree(tree)
    expect(existsSync(tree)).toBe(false)
  })

  test('removes links, not what they lead to', async () => {
    mkdirSync(join(base, 'kept'))
    writeFileSync(join(base, 'kept', 'file'), 'here')
    mkdirSync(join(base, 'tree'))
    symlinkSync('../kept', join(base, 'tree', 'link'))
    symlinkSync('nowhere', join(base, 'tree', 'dangling'))
    await removeTree(join(base, 'tree'))
    symlinkSync('kept', join(base, 'link'))
    await removeTree(join(base, 'link'))
    expect(readFileSync(join(base, 'kept', 'file'), 'utf8')).toBe('here')
    expect(existsSync(join(base, 'link'))).toBe(false)
  })

  test('removes many entries and a lone file, and does not mind a second call', async () => {
    mkdirSync(join(base, 'many'))
    for (let i = 0; i < 600; i += 1) writeFileSync(join(base, 'many', String(i)), '')
    await removeTree(join(base, 'many'))
    writeFileSync(join(base, 'file'), '')
    await removeTree(join(base, 'file'))
    await removeTree(join(base, 'file'))
    expect(existsSync(join(base, 'many'))).toBe(false)
  })
})
