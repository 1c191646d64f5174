import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatBytes, formatDuration, parseBytes, parseCpu, parseDuration, parseQuantity } from './quantity.ts'

describe('durations', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
    ['0s', 0],
    ['1.5s', 1_500],
    ['1m1ms', 60_001],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms))

  test.each(['', '30', 's', '-1s', '1 s', '1s ', '1S', '1e3s', '1m30', '.5s', '5.s', '1w'])('%j is none', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  )

  test('the parts of a duration add up', () => {
    fc.assert(
      fc.property(fc.nat(400), fc.nat(23), fc.nat(59), fc.nat(999), (d, h, m, ms) => {
        expect(parseDuration(`${d}d${h}h${m}m${ms}ms`)).toBe(((d * 24 + h) * 60 + m) * 60_000 + ms)
      }),
    )
  })

  test.each([
    [0, '0.00 s'],
    [420, '0.42 s'],
    [9_999, '10.0 s'],
    [12_340, '12.3 s'],
    [59_990, '1 min 0 s'],
    [60_000, '1 min 0 s'],
    [185_000, '3 min 5 s'],
    [3_599_600, '1 h 0 min'],
    [7_440_000, '2 h 4 min'],
  ])('%i ms for people', (ms, text) => expect(formatDuration(ms)).toBe(text))

  test('for people never show 60 seconds or minutes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400_000_000 }), (ms) => {
        expect(formatDuration(ms)).not.toMatch(/\b60(\.0)? (s|min)\b/)
      }),
    )
  })
})

describe('sizes and cores', () => {
  test.each([
    ['0', 0],
    ['1024', 1024],
    ['1k', 1000],
    ['1Ki', 1024],
    ['512Mi', 2 ** 29],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['2G', 2e9],
    ['1Ti', 2 ** 40],
  ])('%s', (text, bytes) => expect(parseBytes(text)).toBe(bytes))

  test.each(['', 'Mi', '1 Mi', '1MB', '1mi', '-1', '1e3', '1K'])('%j is no size', (text) =>
    expect(parseBytes(text)).toBeUndefined(),
  )

  test.each([
    ['2', 2],
    ['0.5', 0.5],
    ['500m', 0.5],
    ['1500m', 1.5],
  ])('%s cores', (text, cores) => expect(parseCpu(text)).toBe(cores))

  test.each(['', 'm', '1 m', '-1', '2cores'])('%j are no cores', (text) => expect(parseCpu(text)).toBeUndefined())

  test.each([
    [0, '0 B'],
    [512, '512 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1_400_000, '1.4 MB'],
    [999_960, '1.0 MB'],
    [5e15, '5000.0 TB'],
  ])('%i bytes for people', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
})

describe('quantities of Kubernetes', () => {
  test.each([
    ['1500m', 1.5],
    ['0.1', 0.1],
    ['100m', 0.1],
    ['1Gi', 2 ** 30],
    ['1G', 1e9],
    ['24581256Ki', 24581256 * 1024],
    ['128974848000m', 128974848],
    ['1Pi', 2 ** 50],
    ['2e3', 2000],
    ['1E3', 1000],
    ['1E', 1e18],
    ['5u', 5e-6],
    ['.5', 0.5],
    ['5.', 5],
    ['-1', -1],
    ['+2', 2],
    ['0', 0],
  ])('%s is %d', (text, number) => expect(parseQuantity(text)).toBe(number))

  test.each(['', ' 1', '1 Gi', '1gi', '1KI', '1K', 'Gi', '1e', '1mi', '0x10', '1,5', '1Gi1', '--1', 'Infinity'])(
    '%j is none',
    (text) => expect(parseQuantity(text)).toBeUndefined(),
  )

  test('never throws, and reads what it reads as a number', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const number = parseQuantity(text)
        return number === undefined || !Number.isNaN(number)
      }),
    )
  })

  test('of thousandths and of binary units is that of the number itself', () => {
    const units = fc.constantFrom(...(['m', 'k', 'Ki', 'Mi', 'Gi', 'M', 'G'] as const))
    const factors = { m: 1e-3, k: 1e3, Ki: 1024, Mi: 2 ** 20, Gi: 2 ** 30, M: 1e6, G: 1e9 }
    fc.assert(
      fc.property(fc.nat(1_000_000), units, (amount, unit) => {
        const number = parseQuantity(`${amount}${unit}`) ?? Number.NaN
        return Math.abs(number - amount * factors[unit]) <= 1e-9 * Math.max(1, number)
      }),
    )
  })
})
