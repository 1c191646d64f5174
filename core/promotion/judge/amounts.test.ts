import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amountsOf, isMore, podAmounts, sumOf } from './amounts.ts'

const asked = (cpu: string, rest: object = {}) => ({ resources: { requests: { cpu }, limits: {} }, ...rest })

describe('what a pod takes', () => {
  test.each([
    ['one container', [], [asked('1500m')], 1.5],
    ['the sum of containers', [], [asked('100m'), asked('0.2'), asked('1')], 1.3],
    ['an init container that needs more', [asked('2')], [asked('1')], 2],
    ['init containers one after the other', [asked('1'), asked('1')], [asked('1')], 1],
    ['one that goes on beside', [asked('1', { restartPolicy: 'Always' })], [asked('1')], 2],
    [
      'an init container after one that goes on',
      [asked('1', { restartPolicy: 'Always' }), asked('3')],
      [asked('1')],
      4,
    ],
    ['an amount that cannot be read', [], [asked('lots')], undefined],
    ['nothing', [], [], undefined],
  ])('is that of %s', (_, initContainers, containers, cpu) => {
    const { cpu: total } = podAmounts({ initContainers, containers }, 'requests')
    if (cpu === undefined) expect(total).toBeUndefined()
    else expect(total).toBeCloseTo(cpu, 12)
  })

  test('has the overhead of its runtime class on top, in requests alone', () => {
    const pod = { initContainers: [], containers: [asked('1')], overhead: { cpu: '250m' } }
    expect([podAmounts(pod, 'requests'), podAmounts(pod, 'limits')]).toEqual([{ cpu: 1.25 }, {}])
  })

  test('is at least that of each of its containers', () => {
    const milli = fc.integer({ min: 0, max: 10_000 })
    fc.assert(
      fc.property(fc.array(milli), fc.array(milli, { minLength: 1 }), (inits, mains) => {
        const of = (amounts: readonly number[]) => amounts.map((it) => asked(`${it}m`))
        const { cpu = 0 } = podAmounts({ initContainers: of(inits), containers: of(mains) }, 'requests')
        const sum = mains.reduce((a, b) => a + b, 0)
        return Math.abs(cpu * 1000 - Math.max(sum, ...inits)) < 1e-6
      }),
    )
  })
})

test('sums of thousandths are compared as if they were exact', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100_000 })), fc.integer({ min: -1, max: 1 }), (parts, more) => {
      const total = parts.reduce((a, b) => a + b, 0)
      const { cpu: sum = 0 } = sumOf(parts.map((it) => amountsOf({ cpu: `${it}m` })))
      return isMore(sum, (total + more) / 1000) === more < 0
    }),
  )
})

test.each([
  ['1Gi', '1G', true],
  ['1G', '1Gi', false],
  ['1Gi', '1024Mi', false],
  ['1073741825', '1Gi', true],
  ['1500m', '1.5', false],
  ['1501m', '1.5', true],
  ['0', '0', false],
])('%s is more than %s: %s', (a, b, is) => {
  const { x = NaN, y = NaN } = amountsOf({ x: a, y: b })
  expect(isMore(x, y)).toBe(is)
})
