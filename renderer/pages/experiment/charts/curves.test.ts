import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChartSeries } from '#core/contract/tracking.ts'
import { csvOf, curveOf, stepsWithin } from './curves.ts'
import { smoothed } from './smoothing.ts'

const series = (more: Partial<ChartSeries> = {}): ChartSeries => ({
  run: 'r',
  key: 'loss',
  firstStep: [0, 5, 10],
  lastStep: [4, 9, 14],
  firstTime: [1_000, 6_000, 11_000],
  lastTime: [5_000, 10_000, 15_000],
  count: [5, 5, 5],
  min: [1, -2, 3],
  max: [2, 4, 6],
  last: [1.5, 0, 5],
  ...more,
})
const options = { x: 'step', smooth: 0, isLog: false, startedAt: 1_000 } as const

describe('smoothing', () => {
  test('begins at the first value, not at zero, and leaves gaps', () => {
    expect(smoothed([4, 4, null, 4], 0.9)).toEqual([4, expect.closeTo(4), null, expect.closeTo(4)])
    expect(smoothed([0, 1], 0.5)[1]).toBeCloseTo(2 / 3)
    expect(smoothed([3, 9], 0)).toEqual([3, 9])
  })

  test('of a bucket of points that are alike is the same as of the points', () => {
    const [single] = smoothed([1, 5, 5, 5], 0.8).slice(-1)
    const [bucket] = smoothed([1, 5], 0.8, [1, 3]).slice(-1)
    expect(bucket).toBeCloseTo(single ?? NaN)
  })

  test('stays between the least and the greatest value', () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 })
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 0.99, noNaN: true }), (list, weight) => {
        const [low, high] = [Math.min(...list) - 1e-6, Math.max(...list) + 1e-6]
        return smoothed(list, weight).every((value) => value !== null && value >= low && value <= high)
      }),
    )
  })
})

describe('a curve', () => {
  test('has the last value of each bucket, over a band from the least to the greatest', () => {
    const curve = curveOf(series(), options)
    expect(curve).toMatchObject({ x: [4, 9, 14], value: [1.5, 0, 5], low: [1, -2, 3], high: [2, 4, 6], isFolded: true })
  })

  test('goes by seconds since the run began, and in the order of time where steps do not', () => {
    expect(curveOf(series(), { ...options, x: 'relative' }).x).toEqual([4, 9, 14])
    const mixed = series({ lastTime: [9_000, 5_000, 9_000], count: [1, 1, 1] })
    const curve = curveOf(mixed, { ...options, x: 'time' })
    // What has the same time is one place.
    expect(curve).toMatchObject({ x: [5, 9], value: [0, 5], low: [-2, 1], high: [4, 6], isFolded: true })
  })

  test('shows on a logarithmic axis what is above zero', () => {
    expect(curveOf(series(), { ...options, isLog: true })).toMatchObject({ value: [1.5, null, 5], low: [1, null, 3] })
  })
})

test('a range of time is one of steps: all buckets that reach into it', () => {
  expect(stepsWithin([series()], [5.5, 7], () => 0)).toEqual({ fromStep: 5, toStep: 9 })
  expect(stepsWithin([series()], [4, 5], () => 1_000)).toEqual({ fromStep: 0, toStep: 9 })
  expect(stepsWithin([series()], [100, 200], () => 0)).toBeUndefined()
})

test('a table of CSV quotes names, and has no formula', () => {
  const lines = csvOf([series({ key: '=1+1' })], () => 'a "b", c').split('\r\n')
  expect(lines[1]).toBe(`r,"a ""b"", c",'=1+1,0,4,1970-01-01T00:00:01.000Z,1970-01-01T00:00:05.000Z,5,1,2,1.5`)
  expect(lines).toHaveLength(5)
})
