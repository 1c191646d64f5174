import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openUsage } from './usage.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'minisub-usage-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), `${text}\n`)
  }
}

const version2 = (seconds: number, memory: number, kills: number) => ({
  'cpu.stat': `usage_usec ${seconds * 1e6}\nuser_usec 1`,
  'memory.current': String(memory),
  'memory.stat': 'anon 1\ninactive_file 100',
  'memory.peak': String(memory + 500),
  'memory.events': `low 0\noom 9\noom_kill ${kills}`,
})
const version1 = (seconds: number, memory: number, kills: number) => ({
  'cpuacct/cpuacct.usage': String(seconds * 1e9),
  'memory/memory.usage_in_bytes': String(memory),
  'memory/memory.stat': 'inactive_file 1\ntotal_inactive_file 100',
  'memory/memory.max_usage_in_bytes': String(memory + 500),
  'memory/memory.oom_control': `oom_kill_disable 0\nunder_oom 0\noom_kill ${kills}`,
})

describe.each([
  ['version 1', version1],
  ['version 2', version2],
])('control groups of %s', (_, files) => {
  test('tell what the command used since the runner looked first', () => {
    write(files(1, 1_000, 2))
    const usage = openUsage(true, root)
    write(files(11, 5_000, 2))
    const now = usage()
    expect(now.cpuSeconds).toBeGreaterThan(9)
    expect(now.cpuSeconds).toBeLessThanOrEqual(10)
    expect(now).toMatchObject({ memoryBytes: 4_000, peakMemoryBytes: 4_500, outOfMemory: false })
    write(files(11, 5_000, 3))
    expect(usage().outOfMemory).toBe(true)
  })

  test('are not believed outside of a container', () => {
    write(files(1, 1_000, 2))
    const usage = openUsage(false, root)
    expect(usage()).toEqual({ cpuSeconds: null, memoryBytes: null, peakMemoryBytes: null, outOfMemory: false })
  })

  test('that miss a file leave what it would say unknown', () => {
    write(files(1, 1_000, 2))
    rmSync(join(root, Object.keys(files(0, 0, 0)).find((name) => /peak|max_usage/.test(name)) ?? ''))
    expect(openUsage(true, root)().peakMemoryBytes).toBeNull()
  })
})

test('the root group of version 2, which is the whole machine, tells nothing', () => {
  write({ 'cpu.stat': 'usage_usec 1000000' })
  expect(openUsage(true, root)()).toMatchObject({ cpuSeconds: null, memoryBytes: null, peakMemoryBytes: null })
})
