import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLineFile } from './line-file.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'minisub-lines-'))
  file = join(folder, 'x.log')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const read = (path = file) => readFileSync(path, 'utf8')

test('lines are there when write returns, for their owner alone, behind those of before', () => {
  writeFileSync(file, 'before\n', { mode: 0o644 })
  using lines = openLineFile(file)
  lines.write('one\n')
  expect([read(), statSync(file).mode & 0o777]).toEqual(['before\none\n', 0o600])
})

test('a file that is full begins anew while it is written, and one older is kept', () => {
  using lines = openLineFile(file, 20)
  for (const line of ['aaaaaaaaa\n', 'bbbbbbbbb\n', 'ccccccccc\n']) lines.write(line)
  expect([read(`${file}.1`), read()]).toEqual(['aaaaaaaaa\nbbbbbbbbb\n', 'ccccccccc\n'])
  lines.write('ddddddddd\n')
  lines.write('e\n')
  expect([read(`${file}.1`), read()]).toEqual(['ccccccccc\nddddddddd\n', 'e\n'])
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('a file that was full before begins anew with the first line', () => {
  writeFileSync(file, 'x'.repeat(30))
  using lines = openLineFile(file, 20)
  lines.write('one\n')
  expect([read(`${file}.1`), read()]).toEqual(['x'.repeat(30), 'one\n'])
})

test('a line that is longer than the limit is written whole', () => {
  using lines = openLineFile(file, 20)
  lines.write(`${'y'.repeat(40)}\n`)
  expect(read()).toBe(`${'y'.repeat(40)}\n`)
})

test('lines that cannot be written are dropped, and the next one says how many', () => {
  const away = `${folder}-away`
  using lines = openLineFile(file, 10)
  lines.write('aaaaaaaa\n')
  renameSync(folder, away)
  lines.write('lost 1\n')
  lines.write('lost 2\n')
  expect(existsSync(folder)).toBe(false)
  renameSync(away, folder)
  lines.write('there\n')
  const written = read(`${file}.1`) + read()
  expect(written).toContain('"dropped":2')
  expect(written).toContain('there\n')
  expect(written).not.toContain('lost')
})

test('a file that cannot be opened at first is an error', () => {
  mkdirSync(file)
  expect(() => openLineFile(file)).toThrow(/EISDIR/)
})

test('after its end nothing is written', () => {
  const lines = openLineFile(file)
  lines.write('one\n')
  lines[Symbol.dispose]()
  lines.write('two\n')
  lines[Symbol.dispose]()
  expect(read()).toBe('one\n')
})
