import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { encodeLine, logPath } from '#core/attempts/index.ts'
import { findLastLine, writeLog } from './attempt-log.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'minisub-log-'))))
afterEach(() => rmSync(folder, { recursive: true }))

function write(texts: readonly string[]): void {
  const lines = texts.map((text) => encodeLine({ time: 1, stream: 'stdout', late: false, text }, [0, 0]))
  writeFileSync(logPath(folder), lines.join(''))
}

test.each([
  ['nothing', [], null],
  ['empty lines only', ['', ' '], null],
  [
    'one far from the end',
    ['first', 'x'.repeat(300_000), ...Array.from({ length: 9_000 }, () => '')],
    'x'.repeat(300_000),
  ],
  ['a last line that is longer than a page', ['a', 'y'.repeat(3_000_000)], 'y'.repeat(3_000_000)],
])('the last line that holds something: %s', (_name, texts, expected) => {
  write(texts)
  expect(findLastLine(folder)).toBe(expected)
})

test('a log is written as it is, and its last line is found in it', async () => {
  const property = fc.asyncProperty(fc.array(fc.string()), async (texts) => {
    write(texts)
    const file = join(folder, 'log.txt')
    rmSync(file, { force: true })
    await writeLog(folder, file)
    expect(readFileSync(file, 'utf8')).toBe(texts.map((text) => `${text}\n`).join(''))
    expect(findLastLine(folder)).toBe(texts.findLast((text) => text.trim() !== '') ?? null)
  })
  await fc.assert(property, { numRuns: 50 })
})

test('there is no log', async () => {
  const file = join(folder, 'log.txt')
  await writeLog(folder, file)
  expect([findLastLine(folder), readFileSync(file, 'utf8')]).toEqual([null, ''])
})
