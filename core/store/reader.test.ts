import { mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openReadProcess, removeTree } from './index.ts'
import { MLFLOW_READS } from '#core/mlflow/index.ts'
import { openTracking, TRACKING_FILE } from '#core/tracking/index.ts'

let home = ''
let file = ''

const open = (idleMs?: number) =>
  openReadProcess({ file, modules: [MLFLOW_READS], ...(idleMs === undefined ? {} : { idleMs }) })
const parse = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString())
const search = { maxResults: 10 }

/** Whether this process, or one that it started, has the database open. */
function isOpen(): boolean {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean)
  return ['self', ...children].some((pid) => {
    const folder = join('/proc', pid, 'fd')
    return existing(() => readdirSync(folder))?.some((fd) => existing(() => readlinkSync(join(folder, fd))) === file)
  })
}

/** Undefined where it was closed or ended since it was listed. */
function existing<Found>(look: () => Found): Found | undefined {
  try {
    return look()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

describe.each(['processes', 'threads'])('a reader of %s', (kind) => {
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'minisub-reader-'))
    file = join(home, TRACKING_FILE)
  })
  afterAll(async () => removeTree(home))
  beforeEach(() => void vi.stubEnv('MINISUB_WORKERS', kind))
  afterEach(() => void vi.unstubAllEnvs())

  test('a process that dies fails those who wait, and the next read starts another', async () => {
    await using reader = open()
    // There is no database yet, so the process cannot begin.
    const waiting = [reader.read('mlflow.experiments', search), reader.read('mlflow.experiments', search)]
    for (const read of waiting) {
      await expect(read).rejects.toMatchObject({
        name: 'Problem',
        code: 'internal',
        message: expect.stringContaining('ended'),
      })
    }
    using tracking = openTracking(home)
    expect(parse(await reader.read('mlflow.experiments', search))).toMatchObject({ experiments: [{ name: 'Default' }] })
    await tracking.writes.createExperiment({ name: 'written since' })
    const found = parse(await reader.read('mlflow.experiments', { ...search, filter: "name LIKE 'written%'" }))
    expect(found).toMatchObject({ experiments: [{ name: 'written since' }] })
  })

  test('what cannot be read is the Problem that the read throws', async () => {
    await using reader = open()
    const read = reader.read('mlflow.history', { runId: 'none', key: 'k' })
    await expect(read).rejects.toMatchObject({ name: 'Problem', code: 'not_found' })
  })

  test('a reader that is closed fails those who wait', async () => {
    const reader = open()
    const read = reader.read('mlflow.experiments', search)
    const failed = expect(read).rejects.toMatchObject({ message: expect.stringContaining('the core stops') })
    await reader[Symbol.asyncDispose]()
    await failed
  })

  test('a reader that nobody waits for is closed without ending its thread by force', async () => {
    const terminate = vi.spyOn(Worker.prototype, 'terminate')
    const reader = open()
    await reader.read('mlflow.experiments', search)
    await reader[Symbol.asyncDispose]()
    expect(terminate).not.toHaveBeenCalled()
    expect(isOpen()).toBe(false)
    terminate.mockRestore()
  })

  test('a reader may be closed at any moment of its beginning', async () => {
    for (let ms = 0; ms < 42; ms += 6) {
      const reader = open()
      const ended = expect(reader.read('mlflow.experiments', search))
        .rejects.toThrow('the core stops')
        .catch(() => undefined)
      await sleep(ms)
      await reader[Symbol.asyncDispose]()
      await ended
    }
  })

  test.runIf(process.platform === 'linux' && kind === 'processes')(
    'a process that is killed fails those who wait, and no one else',
    async () => {
      await using reader = open()
      await reader.read('mlflow.experiments', search)
      const child = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').at(-1)
      const read = reader.read('mlflow.experiments', search)
      process.kill(Number(child), 'SIGKILL')
      await expect(read).rejects.toMatchObject({ code: 'internal' })
      expect(parse(await reader.read('mlflow.experiments', search))).toMatchObject({ experiments: expect.any(Array) })
    },
  )

  test('a read that there is not, and one that throws, are bugs that the asker learns of', async () => {
    await using reader = open()
    await expect(reader.read('none', {})).rejects.toThrow(/bug: .*there is no read none/)
    await expect(reader.read('mlflow.history', undefined)).rejects.toThrow(/failed by a bug/)
  })

  test.runIf(process.platform === 'linux')('the process ends when nobody asks, and starts again', async () => {
    const terminate = vi.spyOn(Worker.prototype, 'terminate')
    await using reader = open(500)
    await reader.read('mlflow.experiments', search)
    expect(isOpen()).toBe(true)
    await expect.poll(isOpen).toBe(false)
    expect(terminate).not.toHaveBeenCalled()
    terminate.mockRestore()
    const again = parse(await reader.read('mlflow.experiments', search))
    expect(again).toMatchObject({ experiments: expect.any(Array) })
  })
})
