import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { encodeLine, logPath, readLogEnd, type NumberedLine } from './index.ts'

type Line = Omit<NumberedLine, 'number'>

function logOf(lines: readonly Line[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-log-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(
    logPath(folder),
    lines.map((line) => encodeLine({ time: Date.now(), late: false, ...line }, [0, 0])).join(''),
  )
  return folder
}

test('the last lines of each stream have the numbers that they have in the whole log', async () => {
  const error: Line = { stream: 'stderr', text: 'early "stream":"stdout" ä' }
  const rows = Array.from({ length: 50_000 }, (_, at): Line => ({ stream: 'stdout', text: `row ${at + 2}` }))
  const lines = await readLogEnd(logOf([error, ...rows]))
  expect(lines[0]).toEqual({ ...error, number: 1 })
  expect(lines.length).toBe(2_001)
  expect(lines.slice(1).every(({ number, text }) => text === `row ${number}`)).toBe(true)
  expect(lines.at(-1)?.number).toBe(50_001)
})

test('long lines are kept as far as there is room, the last in any case', async () => {
  const big = Array.from({ length: 40 }, (_, at): Line => ({ stream: 'stderr', text: `${at} ${'ä'.repeat(30_000)}` }))
  const lines = await readLogEnd(logOf(big))
  expect(lines.length).toBeGreaterThan(4)
  expect(lines.length).toBeLessThan(20)
  expect(lines.map(({ text }) => text)).toEqual(big.slice(-lines.length).map(({ text }) => text))
})

test('a short log is there as it is, and one that is empty or not there has no lines', async () => {
  const line = fc.record({
    stream: fc.constantFrom('stdout', 'stderr'),
    text: fc.string({ unit: 'binary', maxLength: 30 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(line), async (lines) => {
      const folder = mkdtempSync(join(tmpdir(), 'minisub-log-'))
      const text = lines.map((it) => encodeLine({ time: 1_793_534_400_000, late: false, ...it }, [1, 2])).join('')
      writeFileSync(logPath(folder), `${text}{"torn`)
      const found = await readLogEnd(folder)
      rmSync(folder, { recursive: true })
      expect(found).toEqual(lines.map((it, at) => ({ ...it, number: at + 1 })))
    }),
    { numRuns: 50 },
  )
  expect(await readLogEnd(logOf([]))).toEqual([])
  expect(await readLogEnd(join(tmpdir(), 'minisub-no-such-folder'))).toEqual([])
})
