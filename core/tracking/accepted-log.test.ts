import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openAcceptedLog } from './accepted-log.ts'
import { folderForTest } from './tracking-fixture.ts'

const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => JSON.stringify(text)))

function leftIn(file: string): readonly string[] {
  using log = openAcceptedLog(file)
  return log.left
}

test('what was kept is found by the next process, up to where the file was cut off', () => {
  const file = join(folderForTest(), 'log')
  fc.assert(
    fc.property(texts, fc.nat(), (kept, cut) => {
      writeFileSync(file, '')
      using log = openAcceptedLog(file)
      for (const text of kept) expect(log.keep(text)).toBe(true)
      expect(leftIn(file)).toEqual(kept)
      const whole = readFileSync(file)
      writeFileSync(file, whole.subarray(0, cut % (whole.length + 1)))
      const left = leftIn(file)
      expect(left).toEqual(kept.slice(0, left.length))
    }),
  )
})

test('a line that was changed is the end of what is found, and later ones are written over it', () => {
  const file = join(folderForTest(), 'log')
  fc.assert(
    fc.property(
      texts.filter(({ length }) => length > 0),
      fc.nat(),
      (kept, place) => {
        writeFileSync(file, '')
        using log = openAcceptedLog(file)
        for (const text of kept) log.keep(text)
        const bytes = readFileSync(file)
        const at = place % bytes.length
        bytes[at] = (bytes[at] ?? 0) ^ 1
        writeFileSync(file, bytes)
        using next = openAcceptedLog(file)
        expect(next.left).toEqual(kept.slice(0, next.left.length))
        expect(next.left.length).toBeLessThan(kept.length)
        expect(next.keep('"new"')).toBe(true)
        expect(leftIn(file)).toEqual([...next.left, '"new"'])
      },
    ),
  )
})

test('any bytes can be what is in the file', () => {
  const file = join(folderForTest(), 'log')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      writeFileSync(file, bytes)
      expect(leftIn(file)).toEqual([])
    }),
  )
})

test('a full file takes nothing more until it is cleared', () => {
  const file = join(folderForTest(), 'log')
  using log = openAcceptedLog(file)
  const text = JSON.stringify('ä'.repeat(400))
  let kept = 0
  while (log.keep(text)) kept += 1
  expect(kept).toBeGreaterThan(30)
  expect(leftIn(file)).toHaveLength(kept)
  expect(log.keep(text)).toBe(false)
  log.clear()
  expect(leftIn(file)).toEqual([])
  expect(log.keep(text)).toBe(true)
})

test('a file that cannot be opened is a Problem with its path', () => {
  const file = join(folderForTest(), 'log')
  mkdirSync(file)
  expect(() => openAcceptedLog(file)).toThrow(
    expect.objectContaining({ name: 'Problem', code: 'home_unwritable', message: expect.stringContaining(file) }),
  )
})

test('a log that is closed takes nothing more', () => {
  const log = openAcceptedLog(join(folderForTest(), 'log'))
  log[Symbol.dispose]()
  expect(log.keep('"late"')).toBe(false)
})
