import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson, valueText, type Json } from './json.ts'

/** Any JSON value: text without halves of surrogate pairs, no minus zero, which JSON has no form for. */
const values = fc.jsonValue({ stringUnit: 'binary' }).map((value) => JSON.parse(JSON.stringify(value)) as Json)

function shuffled(value: Json, order: (keys: string[]) => string[]): Json {
  if (Array.isArray(value)) return value.map((item: Json) => shuffled(item, order))
  if (typeof value !== 'object' || value === null) return value
  const object = value as Record<string, Json>
  return Object.fromEntries(order(Object.keys(object)).map((key) => [key, shuffled(object[key] ?? null, order)]))
}

describe('canonical JSON', () => {
  test('is JSON of the same value, and does not depend on the order of keys', () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = canonicalJson(value)
        expect(JSON.parse(text)).toEqual(value)
        expect(canonicalJson(shuffled(value, (keys) => keys.toReversed()))).toBe(text)
        expect(canonicalJson(JSON.parse(text) as Json)).toBe(text)
      }),
    )
  })

  test('tells any two different values apart', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const same =
          JSON.stringify(shuffled(a, (keys) => keys.toSorted())) ===
          JSON.stringify(shuffled(b, (keys) => keys.toSorted()))
        expect(canonicalJson(a) === canonicalJson(b)).toBe(same)
      }),
    )
  })

  test.each([
    [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
    [{ '\u20ac': 1, '\r': 2, '1': 3, '\ud83d\ude00': 4, ö: 5 }, '{"\\r":2,"1":3,"ö":5,"€":1,"😀":4}'],
    [[1e21, 1e-7, 0.1, -0, 100, 4.5, 1e300], '[1e+21,1e-7,0.1,0,100,4.5,1e+300]'],
    ['\u0000\b\t\n\f\r"\\/\u007f\u2028', '"\\u0000\\b\\t\\n\\f\\r\\"\\\\/\u007f\u2028"'],
  ])('is that of RFC 8785: %j', (value, text) => expect(canonicalJson(value)).toBe(text))

  test('has no form for what is no value', () => {
    expect(() => canonicalJson(undefined as unknown as Json)).toThrow('not a JSON value')
    expect(() => canonicalJson(Number.NaN)).toThrow()
  })

  test('is how a value is written into an argument, save for a text', () => {
    expect([valueText('a "b"\n'), valueText(''), valueText(1.5), valueText(['a']), valueText(null)]).toEqual([
      'a "b"\n',
      '',
      '1.5',
      '["a"]',
      'null',
    ])
  })
})
