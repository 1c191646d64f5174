import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TrackingLine } from '#core/contract/tracking-line.ts'
import { trackedStepId } from '#core/run-tracking/tracked-id.ts'
import { RecordReader } from './records.ts'
import { addTrackedFiles, addTrackedLines, openTrackedLines, trackedPath } from './tracked-lines.ts'
import { asciiJson, keptArtifacts, podTrackingIds, readTrackingLine } from './tracking.ts'

const line = (n: number, value = 'x'): TrackingLine => ({
  n,
  at: 1,
  method: 'POST',
  path: 'runs/set-tag',
  body: { key: 'k', value },
})
const SHA = 'a'.repeat(64)
const put = (path: string, sha256 = SHA, size = 1): string =>
  JSON.stringify({ at: 1, method: 'PUT', path, body: { file: sha256, size, sha256 } })

describe('a line', () => {
  test('is written with ASCII signs alone, and read back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const text = asciiJson(line(1, value))
        expect(Buffer.from(text).every((byte) => byte < 0x80) && !text.includes('\n')).toBe(true)
        expect(readTrackingLine(text)).toEqual(line(1, value))
      }),
    )
  })

  test.each([
    ['half a line', '{"n":1,"at":1,"meth'],
    ['no object', '[1]'],
    ['a number below 1', JSON.stringify({ ...line(1), n: 0 })],
    ['a number that is none', JSON.stringify({ ...line(1), n: '1' })],
    ['a method of another kind', JSON.stringify({ ...line(1), method: 'GET' })],
    ['a body that is no object', JSON.stringify({ ...line(1), body: [] })],
    ['what is nested too deep', JSON.stringify(line(1)).replace('"x"', `${'['.repeat(9_000)}${']'.repeat(9_000)}`)],
    ['no path', JSON.stringify({ ...line(1), path: 7 })],
  ])('is not read out of %s', (_, text) => {
    expect(readTrackingLine(text)).toBeUndefined()
  })

  test('is a record of its own, and a forged one is a line of the log', () => {
    const printed = `t5 ${asciiJson(line(1, 'ü'))}\nt6 null\nt7 {"n":1}\n`
    const records = [...new RecordReader().push(Buffer.from(printed))]
    expect(records).toEqual([
      { kind: 'tracking', time: 5, line: line(1, 'ü') },
      { kind: 'tracking', time: 6, line: null },
      expect.objectContaining({ kind: 'line', text: 't7 {"n":1}', isStray: true }),
    ])
  })
})

test('of the files of an attempt the last of each path is left, and none that was deleted', () => {
  const other = 'b'.repeat(64)
  const gone = JSON.stringify({ at: 1, method: 'DELETE', path: 'artifacts/gone' })
  const text = [
    put('artifacts/a'),
    put('artifacts/gone'),
    put('artifacts/b'),
    gone,
    put('artifacts/a', other, 2),
    put('artifacts/forged', '../../etc/passwd'),
    '{"half',
  ].join('\n')
  expect(keptArtifacts(text).map(({ path, body }) => [path, body.sha256])).toEqual([
    ['artifacts/b', SHA],
    ['artifacts/a', other],
  ])
})

test('the run of a step has the same id in a pod and in the core', () => {
  for (const item of [null, 0, 17]) {
    const of = { run: '01k0000000000000000000run1', step: 'train', item }
    expect(podTrackingIds(of).run).toBe(trackedStepId(of))
    expect(podTrackingIds(of).experiment).toMatch(/^\d{18}$/)
  }
})

describe('the lines of an attempt on this machine', () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'minisub-tracked-'))))
  afterEach(() => rmSync(folder, { recursive: true }))
  const numbers = (): (number | undefined)[] =>
    readFileSync(trackedPath(folder), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((text) => readTrackingLine(text)?.n)
  async function* pieces(...texts: string[]): AsyncGenerator<Buffer> {
    for (const text of texts) yield Buffer.from(text)
  }

  test('are there once and without gaps, whoever adds them and however often', async () => {
    const [live, whole] = [openTrackedLines(folder), openTrackedLines(folder)]
    expect(existsSync(trackedPath(folder))).toBe(false)
    for (const n of [1, 2, 4, 2]) live.take(line(n))
    whole.take(line(3))
    for (const n of [3, 4]) live.take(line(n))
    for (const it of [live, whole]) it.close()
    expect(numbers()).toEqual([1, 2, 3, 4])
    const text = [1, 2, 3, 4, 5].map((n) => `${asciiJson(line(n, 'é'))}\n`).join('')
    for (let again = 0; again < 2; again += 1) {
      const last = await addTrackedLines(folder, pieces(text.slice(0, 50), text.slice(50), '{"n":6,"a'))
      expect(last).toBe(5)
      addTrackedFiles(folder, put('artifacts/f'), last)
    }
    expect(numbers()).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('are found behind a line without an end, which is not held', async () => {
    const long = Array.from({ length: 3_000 }, () => 'a'.repeat(10_000))
    const started = performance.now()
    expect(await addTrackedLines(folder, pieces(...long, '\n', asciiJson(line(1)), '\n'))).toBe(1)
    expect(performance.now() - started).toBeLessThan(3_000)
    expect(numbers()).toEqual([1])
  })

  test('lose half a line that a killed core has left', () => {
    const first = openTrackedLines(folder)
    first.take(line(1))
    first.close()
    appendFileSync(trackedPath(folder), '{"n":2,"at"')
    const next = openTrackedLines(folder)
    next.take(line(2))
    next.close()
    expect(numbers()).toEqual([1, 2])
  })
})
