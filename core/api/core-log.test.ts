import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCoreLog } from './core-log.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'minisub-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('core.log is such a file: it begins anew while the core runs', () => {
  using log = openCoreLog(folder)
  const text = 'x'.repeat(100_000)
  for (let count = 0; count < 120; count += 1) log.info({ count, text }, 'much')
  const parts = ['core.log.1', 'core.log'].map((name) => readFileSync(join(folder, name), 'utf8'))
  expect(parts.map(({ length }) => length < 10_000_001)).toEqual([true, true])
  const counts = parts.flatMap((part) => part.trim().split('\n')).map((line) => JSON.parse(line).count)
  expect(counts).toEqual(Array.from({ length: 120 }, (_, index) => index))
})
