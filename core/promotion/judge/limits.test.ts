import { describe, expect, test } from 'vitest'
import { LimitRange } from '#core/cluster-facts/index.ts'
import { withDefaults } from './limit-defaults.ts'
import { limitFaults } from './judge-limits.ts'
import { PodSpec } from './pod-spec.ts'

const podOf = (resources: object, ...others: object[]): PodSpec =>
  PodSpec.parse({ containers: [{ name: 'main', resources }, ...others.map((it) => ({ name: 'wait', resources: it }))] })
const limitsOf = (...limits: object[]) =>
  LimitRange.parse({ metadata: { name: 'l' }, spec: { limits: limits.map((it) => ({ type: 'Container', ...it })) } })
    .spec.limits
const both = (amounts: object): object => ({ requests: amounts, limits: amounts })

describe('a limit range', () => {
  test.each([
    ['the most itself', both({ cpu: '1500m' }), { max: { cpu: '1.5' } }, []],
    [
      'a thousandth more',
      both({ cpu: '1501m' }),
      { max: { cpu: '1.5' } },
      ['has 1.501 cpu, and the namespace takes at most 1.5'],
    ],
    [
      '1Gi of 1G',
      both({ memory: '1Gi' }),
      { max: { memory: '1G' } },
      ['has 1.0Gi memory, and the namespace takes at most 954Mi'],
    ],
    ['1G of 1Gi', both({ memory: '1G' }), { max: { memory: '1Gi' } }, []],
    ['no limit', { requests: { cpu: '1' } }, { max: { cpu: '2' } }, ['has no limit of cpu']],
    ['no limit, with a default', {}, { max: { cpu: '2' }, default: { cpu: '1' } }, []],
    ['a default that is too much', {}, { max: { cpu: '1' }, default: { cpu: '2' } }, ['has 2 cpu']],
    ['the least itself', both({ memory: '64Mi' }), { min: { memory: '64Mi' } }, []],
    [
      'less',
      both({ memory: '63Mi' }),
      { min: { memory: '64Mi' } },
      ['asks for 63Mi memory, and the namespace wants at least 64Mi'],
    ],
    ['no request', {}, { min: { memory: '64Mi' } }, ['asks for no memory']],
    ['a request that follows from the limit', { limits: { memory: '64Mi' } }, { min: { memory: '64Mi' } }, []],
    ['0', both({ cpu: '0' }), { min: { cpu: '1m' } }, ['asks for 0 cpu']],
    [
      'a GPU where none may be had',
      both({ 'nvidia.com/gpu': '1' }),
      { max: { 'nvidia.com/gpu': '0' } },
      ['has 1 nvidia.com/gpu'],
    ],
    ['the ratio itself', { requests: { cpu: '1' }, limits: { cpu: '2' } }, { maxLimitRequestRatio: { cpu: '2' } }, []],
    [
      'a ratio beyond',
      { requests: { cpu: '1' }, limits: { cpu: '2.1' } },
      { maxLimitRequestRatio: { cpu: '2' } },
      ['2 times'],
    ],
    ['no amounts for a ratio', {}, { maxLimitRequestRatio: { cpu: '2' } }, ['has no request and limit of cpu']],
    ['the sum of a pod', both({ cpu: '1' }), { type: 'Pod', max: { cpu: '1' } }, []],
    ['volume claims, which no pod is', both({ cpu: '1' }), { type: 'PersistentVolumeClaim', max: { cpu: '0' } }, []],
    ['what cannot be read', both({ cpu: '1' }), { max: { cpu: 'few' } }, []],
  ])('judges %s', (_, resources, limit, words) => {
    const found = limitFaults(podOf(resources), limitsOf(limit)).map((it) => it.found)
    expect(found).toEqual(words.map((it) => expect.stringContaining(it)))
  })

  test('of pods counts all containers together', () => {
    const [fault] = limitFaults(
      podOf(both({ cpu: '1' }), both({ cpu: '500m' })),
      limitsOf({ type: 'Pod', max: { cpu: '1' } }),
    )
    expect(fault?.found).toBe('the pod has 1.5 cpu, and the namespace takes at most 1')
  })

  test('of the pod of the API server gives what is not said', () => {
    const filled = withDefaults(
      podOf({ limits: { cpu: '2' } }, {}),
      limitsOf({ default: { cpu: '1', memory: '1Gi' }, defaultRequest: { cpu: '100m' } }),
    )
    expect(filled.containers.map(({ resources }) => resources)).toEqual([
      { requests: { cpu: '2' }, limits: { cpu: '2', memory: '1Gi' } },
      { requests: { cpu: '100m' }, limits: { cpu: '1', memory: '1Gi' } },
    ])
  })
})
