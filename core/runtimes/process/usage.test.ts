import { mkdtempSync, readdirSync, rmSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { saveUsage, toExit } from './usage.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'minisub-usage-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const record = { exitCode: 137, cpuSeconds: 1.5, finishedAt: 20 }

test('what was seen of a part is told with its end, and again by a later core', () => {
  expect(toExit(folder, 10, record).usage).toEqual({ cpuSeconds: 1.5, peakMemoryBytes: null })
  saveUsage(folder, { cpuSeconds: 2.5, peakMemoryBytes: 7, outOfMemory: true })
  expect(toExit(folder, 10, record)).toEqual({
    startedAt: 10,
    finishedAt: 20,
    exitCode: 137,
    signal: 'SIGKILL',
    usage: { cpuSeconds: 2.5, peakMemoryBytes: 7 },
    outOfMemory: true,
  })
})

test('what an older version noted is read, and CPU time then is what the supervisor wrote', () => {
  writeFileSync(join(folder, 'usage.json'), '{"peakMemoryBytes":7,"outOfMemory":false}')
  expect(toExit(folder, 10, record).usage).toEqual({ cpuSeconds: 1.5, peakMemoryBytes: 7 })
})

test('what cannot be kept leaves nothing that a later core would stumble over', () => {
  mkdirSync(join(folder, 'usage.json'))
  expect(() => saveUsage(folder, { cpuSeconds: null, peakMemoryBytes: 7, outOfMemory: false })).toThrow()
  expect(readdirSync(folder)).toEqual(['usage.json'])
})
