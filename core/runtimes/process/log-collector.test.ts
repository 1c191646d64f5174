import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hasRawLogs, LogCollector } from './log-collector.ts'
import { logPath, readPage, recoverOffsets } from '../../attempts/index.ts'

describe('LogCollector', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'minisub-log-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  const read = () => readPage(folder, 0, 2 ** 20).lines.map(({ stream, late, text }) => ({ stream, late, text }))
  const resume = (): LogCollector => {
    const collector = LogCollector.resume(folder)
    if (collector === undefined) throw new Error('nothing to merge')
    return collector
  }

  test('is read from its end too, from the next line that begins there', async () => {
    const collector = LogCollector.create(folder)
    writeSync(collector.files.stdout, Array.from({ length: 3_000 }, (_, i) => `line ${i}\n`).join(''))
    await collector.finish()
    const whole = readPage(folder, 0, 2 ** 30)
    for (const back of [1, 70, 200, 100_000, 10_000_000]) {
      const tail = readPage(folder, -back, 2 ** 30)
      expect(tail.next).toBe(whole.next)
      expect(tail.lines).toEqual(whole.lines.slice(whole.lines.length - tail.lines.length))
    }
    expect(readPage(folder, -200, 2 ** 20).lines.at(-1)?.text).toBe('line 2999')
    expect(readPage(folder, -10_000_000, 2 ** 30).lines).toHaveLength(3_000)
  })

  test('merges both streams and deletes the raw files at the end', async () => {
    const collector = LogCollector.create(folder)
    writeSync(collector.files.stdout, 'one\ntwo')
    writeSync(collector.files.stderr, 'err\n')
    collector.poll()
    expect(read()).toEqual([
      { stream: 'stdout', late: false, text: 'one' },
      { stream: 'stderr', late: false, text: 'err' },
    ])
    await collector.finish()
    expect(read().at(-1)).toEqual({ stream: 'stdout', late: false, text: 'two' })
    expect(hasRawLogs(folder)).toBe(false)
    expect(LogCollector.resume(folder)).toBeUndefined()
  })

  test('goes on after another one, and marks as late what was written in between', async () => {
    const first = LogCollector.create(folder)
    writeSync(first.files.stdout, 'a\nb')
    writeSync(first.files.stderr, 'x\n')
    first.poll()
    await first.close()
    appendFileSync(join(folder, 'stdout'), 'b\nc\n')
    const second = resume()
    second.poll()
    appendFileSync(join(folder, 'stdout'), 'd\n')
    await second.finish()
    expect(read()).toEqual([
      { stream: 'stdout', late: false, text: 'a' },
      { stream: 'stderr', late: false, text: 'x' },
      { stream: 'stdout', late: true, text: 'bb' },
      { stream: 'stdout', late: true, text: 'c' },
      { stream: 'stdout', late: false, text: 'd' },
    ])
  })

  test.each([1, 10, 60])('a log whose last %i bytes did not reach the disk is completed', async (torn) => {
    const first = LogCollector.create(folder)
    writeSync(first.files.stdout, 'a\nb\n')
    first.poll()
    await first.close()
    const bytes = readFileSync(logPath(folder))
    const { truncateSync } = await import('node:fs')
    truncateSync(logPath(folder), bytes.length - torn)
    const second = resume()
    await second.finish()
    expect(read().map((line) => line.text)).toEqual(['a', 'b'])
  })

  test('offsets are found behind a last line that is longer than one look', () => {
    const long = JSON.stringify({ time: 1, stream: 'stdout', read: [5, 6], text: 'x'.repeat(200_000) })
    appendFileSync(logPath(folder), `{"time":1,"stream":"stdout","read":[1,2],"text":""}\n${long}\n{"time":1,"str`)
    expect(recoverOffsets(folder)).toEqual([5, 6])
    expect(recoverOffsets(folder)).toEqual([5, 6])
    expect(readFileSync(logPath(folder), 'utf8').endsWith('"}\n')).toBe(true)
  })

  test('what cannot be written now stays in the raw files, and is merged once it can', async () => {
    if (!existsSync('/dev/full')) return
    symlinkSync('/dev/full', logPath(folder))
    const collector = LogCollector.create(folder)
    writeSync(collector.files.stdout, 'kept\n')
    collector.poll()
    await expect(collector.finish()).rejects.toThrow(/ENOSPC|EINVAL/)
    expect(hasRawLogs(folder)).toBe(true)
    unlinkSync(logPath(folder))
    await resume().finish()
    expect(read()).toEqual([{ stream: 'stdout', late: true, text: 'kept' }])
  })

  test('a character is never cut by the limit of a line', async () => {
    for (const shift of ['', 'a', 'ab', 'abc']) {
      const collector = LogCollector.create(folder)
      writeSync(collector.files.stdout, `${shift}${'😀'.repeat(40_000)}\n`)
      await collector.finish()
      expect(
        read()
          .map((line) => line.text)
          .join(''),
      ).toBe(`${shift}${'😀'.repeat(40_000)}`)
      rmSync(logPath(folder))
    }
  })

  test('a line of exactly 64 KiB is one line', async () => {
    const collector = LogCollector.create(folder)
    writeSync(collector.files.stdout, `${'x'.repeat(65_536)}\n${'y'.repeat(65_537)}\n`)
    await collector.finish()
    expect(read().map((line) => line.text.length)).toEqual([65_536, 65_536, 1])
  })
})
