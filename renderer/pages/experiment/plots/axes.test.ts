import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TrackedRunRow } from '#core/contract/tracking.ts'
import { axisOf, isWithin, logTicksOf, positionAt, positionOn, shareOf, ticksOf } from './axes.ts'

const row = (lr: string | undefined): TrackedRunRow => ({
  id: 'r',
  experiment: '1',
  name: 'r',
  user: '',
  status: 'FINISHED',
  stage: 'active',
  startedAt: '2026-11-01T12:00:00.000Z',
  finishedAt: null,
  parent: null,
  pipelineRun: null,
  step: null,
  metrics: {},
  params: lr === undefined ? {} : { lr },
  tags: {},
})
const axis = (...values: (string | undefined)[]) => axisOf({ kind: 'params', key: 'lr' }, values.map(row))

describe('an axis', () => {
  test('is one of numbers where all are numbers, else of texts in their order', () => {
    expect(axis('3', '1', undefined)).toMatchObject({ texts: undefined, min: 1, max: 3, isLog: false })
    expect(axis('b10', 'b9', '3')).toMatchObject({ texts: ['3', 'b9', 'b10'], min: 0, max: 2 })
    expect(positionOn(axis('x', 'y'), row('y'))).toBe(1)
    expect(positionOn(axis('x', 'y'), row(undefined))).toBeUndefined()
    expect(axis(undefined)).toMatchObject({ min: Infinity, max: -Infinity })
  })

  test('is logarithmic where a parameter spans magnitudes', () => {
    const rates = axis('0.0001', '0.1')
    expect(rates.isLog).toBe(true)
    expect(shareOf(rates, 0.01)).toBeCloseTo(2 / 3)
    expect(axis('0', '1000').isLog).toBe(false)
  })

  test('gives back the position of each share', () => {
    const ends = fc.tuple(
      fc.double({ min: 0.001, max: 10, noNaN: true }),
      fc.double({ min: 11, max: 1e6, noNaN: true }),
    )
    fc.assert(
      fc.property(ends, fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true }), ([min, max], isLog, share) => {
        expect(shareOf({ min, max, isLog }, positionAt({ min, max, isLog }, share))).toBeCloseTo(share, 6)
      }),
    )
    expect(shareOf({ min: 2, max: 2, isLog: false }, 2)).toBe(0.5)
  })

  test('lets runs through that are within all ranges', () => {
    const one = axis('1', '5')
    expect(isWithin(row('3'), [one], { [one.id]: [2, 4] })).toBe(true)
    expect(isWithin(row('5'), [one], { [one.id]: [2, 4] })).toBe(false)
    expect(isWithin(row(undefined), [one], { [one.id]: [2, 4] })).toBe(false)
    expect(isWithin(row(undefined), [one], {})).toBe(true)
  })
})

test('ticks are round numbers between the ends', () => {
  expect(ticksOf(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
  expect(ticksOf(-3, 17, 4)).toEqual([0, 5, 10, 15])
  expect(ticksOf(5, 5, 4)).toEqual([5])
  expect(ticksOf(Infinity, -Infinity, 4)).toEqual([])
  expect(logTicksOf(0.005, 20, 6)).toEqual([0.01, 0.1, 1, 10])
  expect(logTicksOf(2, 8, 3)).toEqual([2, 4, 6, 8])
})
