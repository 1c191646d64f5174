import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openTracking } from './tracking.ts'

const WRITER = join(import.meta.dirname, 'writer-fixture.ts')
const RUN = 'a'.repeat(32)

test('a writer that is killed with SIGKILL has lost no write that it acknowledged', async () => {
  const home = mkdtempSync(join(tmpdir(), 'minisub-killed-'))
  const printed = await printedUntilKilled(home, 3000)

  using tracking = openTracking(home)
  const { items } = tracking.reads.history({ runId: RUN, key: 'loss' })
  const kept = new Set(items.map(({ value }) => value))

  expect(printed.length).toBeGreaterThanOrEqual(3000)
  expect(printed.filter((number) => !kept.has(number))).toEqual([])
  expect(tracking.reads.run(RUN).tags.map(({ key }) => key)).toContain('t49')
  expect(tracking.db.pragma('integrity_check', { simple: true })).toBe('ok')
  rmSync(home, { recursive: true })
})

/** Starts the writer, kills it when it has acknowledged so many, and gives all that it did acknowledge. */
async function printedUntilKilled(home: string, many: number): Promise<number[]> {
  const child = spawn(process.execPath, [WRITER, home, RUN], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  let lines = 0
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
    lines += piece.split('\n').length - 1
    if (lines >= many) child.kill('SIGKILL')
  })
  await once(child, 'close')
  // The last line may be cut off by the kill.
  return text.split('\n').slice(0, -1).map(Number)
}
