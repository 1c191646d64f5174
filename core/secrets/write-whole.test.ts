import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeWhole } from './write-whole.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'minisub-write-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a file is replaced whole, for its owner alone, also over the draft of a core that was killed', () => {
  const file = join(folder, 'x')
  writeFileSync(file, 'old', { mode: 0o644 })
  writeFileSync(`${file}.new`, 'half', { mode: 0o644 })
  writeWhole(file, 'new')
  expect(readFileSync(file, 'utf8')).toBe('new')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(existsSync(`${file}.new`)).toBe(false)
})

test('what cannot be written is a Problem without the text, and leaves no draft', () => {
  const file = join(folder, 'x')
  mkdirSync(join(file, 'in the way'), { recursive: true })
  const write = () => writeWhole(file, 'horse')
  expect(write).toThrow(`${file} cannot be written: make it and its folder writable for yourself`)
  expect(write).not.toThrow('horse')
  expect(existsSync(`${file}.new`)).toBe(false)
})
