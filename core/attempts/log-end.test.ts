import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { encodeLine, logPath, readLogEnd } from './index.ts'

function logOf(texts: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-log-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const lines = texts.map((text) => encodeLine({ time: 1, stream: 'stdout', late: false, text }, [0, 0]))
  writeFileSync(logPath(folder), lines.join(''))
  return folder
}

test('the last lines have the numbers that they have in the whole log', async () => {
  const texts = Array.from({ length: 5_000 }, (_, at) => `line ${at + 1} ä\n`)
  const folder = logOf(texts)
  const lines = await readLogEnd(folder, 2_000)
  expect(lines.length).toBeGreaterThan(10)
  expect(lines.length).toBeLessThan(100)
  expect(lines.every(({ number, text }) => text === `line ${number} ä\n`)).toBe(true)
  expect(lines.at(-1)?.number).toBe(5_000)
  expect((await readLogEnd(folder, 10_000_000)).length).toBe(5_000)
})

test('a log that is empty or not there has none', async () => {
  expect(await readLogEnd(logOf([]), 1_000)).toEqual([])
  expect(await readLogEnd(join(tmpdir(), 'minisub-no-such-folder'), 1_000)).toEqual([])
})
