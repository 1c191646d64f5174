import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ARGO_STATUSES, type PodSpec } from '#core/attempts/index.ts'
import { canonicalJson, type Json } from '#core/base/json.ts'
import { isProblem } from '#core/base/problem.ts'
import { jsonFault } from '#core/contract/value.ts'
import { podSpec } from '#test/support/pod-container.ts'
import { decodeJson, readPodVariables } from './pod-variables.ts'

const encode = (value: Json): string => Buffer.from(canonicalJson(value)).toString('base64')
const value = (fc.jsonValue() as fc.Arbitrary<Json>).filter((it) => jsonFault(it) === undefined)

const fanOut: PodSpec = podSpec([], {
  each: ['x', 'y'],
  secrets: { TOKEN: 3 },
  producers: [
    { step: 'a', isFanOut: false, status: null, records: null },
    { step: 'b', isFanOut: false, status: 'Skipped', records: null },
  ],
})
const ENV = {
  MINISUB_POD_RUN: '01k0000000000000000000000a',
  MINISUB_POD_RETRY: '2',
  MINISUB_POD_INDEX: '11',
  MINISUB_POD_ITEM: encode([1, 'é{{x}}']),
  MINISUB_POD_STATUS_0: 'Omitted',
  MINISUB_POD_SECRET_3: 'hunter22',
}

describe('the variables of a pod', () => {
  test('say where in the run it is', () => {
    expect(readPodVariables(fanOut, ENV)).toEqual({
      run: ENV.MINISUB_POD_RUN,
      attempt: 3,
      item: 11,
      each: new Map<string, Json>([
        ['x', 1],
        ['y', 'é{{x}}'],
      ]),
      statuses: ['Omitted', 'Skipped'],
      secrets: { TOKEN: 'hunter22' },
    })
  })

  test('of one outside of a fan-out hold no item, and of one variable the value itself', () => {
    const { MINISUB_POD_ITEM: _, MINISUB_POD_INDEX: __, ...env } = ENV
    expect(readPodVariables({ ...fanOut, each: [] }, env)).toMatchObject({ item: null, each: new Map() })
    const list = { ...ENV, MINISUB_POD_ITEM: encode([[1, 2]]) }
    expect(readPodVariables({ ...fanOut, each: ['x'] }, list).each).toEqual(new Map([['x', [[1, 2]]]]))
  })

  const texts = [
    '{{retries}}',
    "{{=tasks['s-a'].status}}",
    '',
    ' ',
    '1 ',
    '-1',
    '01',
    '1e3',
    'succeeded',
    'Running',
    'e30',
    'e30==',
    'e3-=',
    'AA==',
    '"x"',
    'null',
    '{}',
  ]
  const names = Object.keys(ENV).filter((name) => !name.includes('SECRET')) as (keyof typeof ENV)[]
  test.each(names.filter((name) => name !== 'MINISUB_POD_RUN'))(
    '%s that Argo did not fill in fails the step',
    (name) => {
      for (const text of [...texts, undefined]) {
        expect(() => readPodVariables(fanOut, { ...ENV, [name]: text })).toThrow(
          `Argo did not fill in ${name} of the pod`,
        )
      }
    },
  )

  test('of which none is the name of a run fail the step', () => {
    for (const run of ['{{workflow.name}}', '', 'A', 'a/b', 'a_b']) {
      expect(() => readPodVariables(fanOut, { ...ENV, MINISUB_POD_RUN: run })).toThrow(
        'Argo did not fill in MINISUB_POD_RUN',
      )
    }
  })

  test('with fewer values than the fan-out has variables fail the step', () => {
    for (const item of [1, 'xy', [1], [1, 2, 3], { 0: 1, 1: 2, length: 2 }]) {
      expect(() => readPodVariables(fanOut, { ...ENV, MINISUB_POD_ITEM: encode(item) })).toThrow('MINISUB_POD_ITEM')
    }
  })

  test('without a secret are a problem of the secret', () => {
    const { MINISUB_POD_SECRET_3: _, ...env } = ENV
    expect(() => readPodVariables(fanOut, env)).toThrow('no value for the secret of TOKEN')
  })

  test('are read or refused, never another error', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.base64String(),
      fc.constantFrom(...ARGO_STATUSES),
      value.map(encode),
    )
    const env = fc.record(Object.fromEntries(Object.keys(ENV).map((name) => [name, text])))
    fc.assert(
      fc.property(env, (variables) => {
        try {
          readPodVariables(fanOut, variables)
        } catch (error) {
          expect(isProblem(error) && error.code).toBe('argo_unresolved')
        }
      }),
    )
  })
})

describe('base64 of JSON', () => {
  test('is read exactly', () => {
    fc.assert(
      fc.property(value, (it) => {
        expect(decodeJson(encode(it))).toEqual(JSON.parse(canonicalJson(it)))
      }),
    )
  })

  test('is not what differs by one character that is no base64 of JSON', () => {
    fc.assert(
      fc.property(value, fc.nat(), fc.constantFrom('{', '}', '-', '_', '\n', ' ', '='), (it, at, by) => {
        const text = encode(it)
        const place = at % (text.length + 1)
        expect(decodeJson(text.slice(0, place) + by + text.slice(place))).toBeUndefined()
      }),
    )
  })

  test('is what Go prints as well, which is not canonical', () => {
    const printed = String.raw`{"b": "\u003c\u0026", "a": [1.0, 2e0]}`
    expect(decodeJson(Buffer.from(printed).toString('base64'))).toEqual({ a: [1, 2], b: '<&' })
  })
})
