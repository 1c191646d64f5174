import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyFault } from './values.ts'
import { openKeyNames } from './key-names.ts'
import { parseMetricLine } from './metric-line.ts'

test.each([
  ['1700000000000 0.5 3', { time: 1_700_000_000_000, value: 0.5, step: 3, rest: [] }],
  ['1700000000000 0.5', { time: 1_700_000_000_000, value: 0.5, step: 0, rest: [] }],
  ['1 nan -2\r', { time: 1, value: Number.NaN, step: -2, rest: [] }],
  ['1 -inf 2', { time: 1, value: Number.NEGATIVE_INFINITY, step: 2, rest: [] }],
  ['1 Infinity 2', { time: 1, value: Number.POSITIVE_INFINITY, step: 2, rest: [] }],
  ['1 1e-07 2', { time: 1, value: 1e-7, step: 2, rest: [] }],
  ['1 0.9 0 train 2981c147', { time: 1, value: 0.9, step: 0, rest: ['train', '2981c147'] }],
])('the line %j is a point', (line, point) => {
  expect(parseMetricLine(line)).toEqual(point)
})

test.each([
  '',
  '1',
  'a 0.5 1',
  '1 0x10 1',
  '1 one 1',
  '1 0.5 1.5',
  '-1 0.5 1',
  '1 0.5 99999999999999999999',
  '1 1_0 1',
  '1  0.5 1',
])('the line %j is none', (line) => {
  expect(parseMetricLine(line)).toBeUndefined()
})

test('any text is a point or none, and a point as MLflow writes it is read as it was', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (line) => void parseMetricLine(line)))
  const point = fc.record({ time: fc.nat(), value: fc.double(), step: fc.integer() })
  fc.assert(
    fc.property(point, ({ time, value, step }) => {
      const written = (Object.is(value, -0) ? '-0.0' : String(value)).replace('Infinity', 'inf').replace('NaN', 'nan')
      expect(parseMetricLine(`${time} ${written} ${step}`)).toEqual({ time, value, step, rest: [] })
    }),
  )
})

test('names of any kind become keys that can be kept, and no two the same one', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 300 })), (names) => {
      const keys = openKeyNames()
      const made = names.map((name) => keys.of(name))
      expect(made.map(keyFault).filter((fault) => fault !== undefined)).toEqual([])
      expect(new Set(made).size).toBe(names.length)
      expect(names.map((name) => keys.of(name))).toEqual(made)
    }),
  )
})
