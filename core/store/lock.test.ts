import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lockFile } from './lock.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'minisub-lock-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** A process that holds the lock until it is ended. */
async function holder(path: string) {
  const module = join(import.meta.dirname, 'lock.ts')
  const code = `const { lockFile } = await import(${JSON.stringify(module)})
    console.log(lockFile(${JSON.stringify(path)}) ? 'held' : 'refused')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await once(child.stdout, 'data')
  return { child, said: String(said).trim() }
}

describe('lockFile', () => {
  test('is held once in a process, and again after release', () => {
    const path = join(folder, 'deep', 'a.lock')
    const first = lockFile(path)
    expect(first).toBeDefined()
    expect(lockFile(path)).toBeUndefined()
    first?.release()
    using second = lockFile(path)
    expect(second).toBeDefined()
  })

  test('two paths do not disturb each other', () => {
    using first = lockFile(join(folder, 'a.lock'))
    using second = lockFile(join(folder, 'b.lock'))
    expect([first, second]).not.toContain(undefined)
  })

  test('is refused while another process holds it, and free as soon as that process is killed', async () => {
    const path = join(folder, 'a.lock')
    const { child, said } = await holder(path)
    expect(said).toBe('held')
    expect(lockFile(path)).toBeUndefined()
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    using lock = lockFile(path)
    expect(lock).toBeDefined()
  })

  test('another process is refused while this one holds it', async () => {
    const path = join(folder, 'a.lock')
    using lock = lockFile(path)
    expect(lock).toBeDefined()
    const { child, said } = await holder(path)
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    expect(said).toBe('refused')
  })

  test('a place that cannot be written is a Problem that names it', () => {
    expect(() => lockFile(folder)).toThrow(`The file ${folder} cannot be written: make its folder writable.`)
    expect(() => lockFile('/dev/null/a.lock')).toThrow('make its folder writable')
  })
})
