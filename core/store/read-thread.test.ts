import { mkdtempSync, readdirSync, readlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { openReadThread, removeTree } from './index.ts'
import { MLFLOW_READS } from '#core/mlflow/index.ts'
import { openTracking, TRACKING_FILE } from '#core/tracking/index.ts'

const home = mkdtempSync(join(tmpdir(), 'minisub-reader-'))
const file = join(home, TRACKING_FILE)
afterAll(async () => removeTree(home))

const open = (idleMs?: number) =>
  openReadThread({ file, modules: [MLFLOW_READS], ...(idleMs === undefined ? {} : { idleMs }) })
const parse = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString())
const search = { maxResults: 10 }

test('a thread that dies fails those who wait, and the next read starts another', async () => {
  await using reader = open()
  // There is no database yet, so the thread cannot begin.
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

/** How often this process has the database open. */
function openFiles(): number {
  return readdirSync('/proc/self/fd').filter((fd) => linkOf(join('/proc/self/fd', fd)) === file).length
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch (error) {
    // It was closed since the list was read.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

test('a read that there is not, and one that throws, are bugs that the asker learns of', async () => {
  await using reader = open()
  await expect(reader.read('none', {})).rejects.toThrow(/bug: .*there is no read none/)
  await expect(reader.read('mlflow.history', undefined)).rejects.toThrow(/failed by a bug/)
})

test.runIf(process.platform === 'linux')('the thread ends when nobody asks, and starts again', async () => {
  await using reader = open(20)
  await reader.read('mlflow.experiments', search)
  await expect.poll(openFiles).toBe(0)
  const again = parse(await reader.read('mlflow.experiments', search))
  expect(again).toMatchObject({ experiments: expect.any(Array) })
})
