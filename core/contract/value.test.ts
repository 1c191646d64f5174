import { assert, constantFrom, double, integer, jsonValue, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson, type Json } from '../base/json.ts'
import type { ValueSchema } from './definition.ts'
import { readValue } from './value-text.ts'
import { checkValue } from './value.ts'

/** Any JSON value, as it reads. */
const json = jsonValue().map((sample): Json => JSON.parse(JSON.stringify(sample)))

const nested = (depth: number): Json => {
  let value: Json = 1
  for (let i = 0; i < depth; i += 1) value = [value]
  return value
}

const cases: [string, ValueSchema, Json, string | undefined][] = [
  ['a text', { type: 'string' }, 'a', undefined],
  ['a number for a text', { type: 'string' }, 1, 'expected a text, found 1'],
  ['an integer', { type: 'integer' }, -3, undefined],
  ['an integral float', { type: 'integer' }, 3.0, undefined],
  ['a fraction for an integer', { type: 'integer' }, 0.5, 'expected an integer, found 0.5'],
  ['a text for an integer', { type: 'integer' }, '1', 'expected an integer, found "1"'],
  ['the largest integer', { type: 'integer' }, 2 ** 53 - 1, undefined],
  [
    'an integer beyond',
    { type: 'integer' },
    -(2 ** 53),
    'expected an integer within ±(2^53−1), found -9007199254740992',
  ],
  ['a large number', { type: 'number' }, 1e300, undefined],
  ['NaN', { type: 'number' }, Number.NaN, 'expected a finite number, found NaN'],
  ['infinity inside', { type: 'object' }, { a: [Infinity] }, 'a[0]: expected a finite number, found Infinity'],
  ['a boolean', { type: 'boolean' }, false, undefined],
  ['0 for a boolean', { type: 'boolean' }, 0, 'expected true or false, found 0'],
  ['null', { type: 'object' }, null, 'expected an object, found null'],
  ['a list for an object', { type: 'object' }, [], 'expected an object, found an empty list'],
  ['an object for a list', { type: 'list' }, {}, 'expected a list, found an object'],
  ['below the minimum', { type: 'number', minimum: 0.5 }, 0.25, 'expected at least 0.5, found 0.25'],
  ['at the minimum', { type: 'number', minimum: 0.5 }, 0.5, undefined],
  ['above the maximum', { type: 'integer', maximum: 3 }, 4, 'expected at most 3, found 4'],
  ['not in the enum', { type: 'string', enum: ['a', 'b'] }, 'c', 'expected one of "a", "b", found "c"'],
  ['in an enum of lists', { type: 'list', enum: [[1, { b: 1, a: 2 }]] }, [1, { a: 2, b: 1 }], undefined],
  ['a pattern anywhere in the text', { type: 'string', pattern: 'b+' }, 'abba', undefined],
  ['no match', { type: 'string', pattern: '^b' }, 'ab', 'expected a text that matches /^b/, found "ab"'],
  ['an item', { type: 'list', items: { type: 'integer', minimum: 1 } }, [1, 0], '[1]: expected at least 1, found 0'],
  [
    'an item of an item',
    { type: 'list', items: { type: 'list', items: { type: 'string' } } },
    [[], [2]],
    '[1][0]: expected a text, found 2',
  ],
  ['half a character', { type: 'string' }, '\uD800', 'expected Unicode text, found half of a surrogate pair'],
  [
    'half a character in a key',
    { type: 'object' },
    { '\uDC00': 1 },
    'expected Unicode text, found half of a surrogate pair',
  ],
  ['100 levels', { type: 'list' }, nested(100), undefined],
  ['101 levels', { type: 'list' }, nested(101), 'expected at most 100 levels of nesting, found more'],
  ['20,000 levels', { type: 'list' }, nested(20_000), 'expected at most 100 levels of nesting, found more'],
]

describe('checkValue', () => {
  test.each(cases)('%s', (...[, schema, value, expected]) => {
    expect(checkValue(schema, value)).toBe(expected)
  })

  test('says that a pattern is none, instead of throwing', () => {
    expect(checkValue({ type: 'string', pattern: '(' }, 'a')).toMatch(/cannot be told.*regular expression/i)
  })

  test('refuses the key __proto__', () => {
    const value: Json = JSON.parse('{"a": {"__proto__": 1}}')
    expect(checkValue({ type: 'object' }, value)).toContain('__proto__')
  })

  test('shows a long value in short', () => {
    expect(checkValue({ type: 'integer' }, 'x'.repeat(10_000))?.length).toBeLessThan(120)
  })

  test('accepts an integer exactly where bounds allow it', () => {
    assert(
      property(integer(), integer(), integer(), (value, minimum, maximum) => {
        const fault = checkValue({ type: 'integer', minimum, maximum }, value)
        expect(fault === undefined).toBe(value >= minimum && value <= maximum)
      }),
    )
  })

  test('never throws on JSON, and one type at most beside number fits', () => {
    assert(
      property(json, (value) => {
        const fitting = (['string', 'number', 'boolean', 'list', 'object'] as const).filter(
          (type) => checkValue({ type }, value) === undefined,
        )
        expect(fitting.length).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('readValue', () => {
  const texts: [ValueSchema, string, Json][] = [
    [{ type: 'string' }, '{"not": read', '{"not": read'],
    [{ type: 'number' }, ' 0.25\n', 0.25],
    [{ type: 'number' }, '9007199254740993', 9007199254740992],
    [{ type: 'number' }, '0.99999999999999999999', 1],
    [{ type: 'number' }, '-0', 0],
    [{ type: 'number' }, '1e-400', 0],
    [{ type: 'integer' }, '1.0', 1],
    [{ type: 'integer' }, '12e2', 1200],
    [{ type: 'integer' }, '1200e-2', 12],
    [{ type: 'integer' }, '0.000e5', 0],
    [{ type: 'list', items: { type: 'number' } }, '[1, 36893488147419103233]', [1, 36893488147419103232]],
    [{ type: 'object' }, '{"a": [0.1, 1e23, "\\u00e9\\n"], "b": {}}', { a: [0.1, 1e23, 'é\n'], b: {} }],
  ]
  test.each(texts)('as %j, %s is a value', (schema, text, value) => {
    expect(readValue(schema, text)).toEqual({ value })
  })

  const faults: [ValueSchema, string, string][] = [
    [{ type: 'integer' }, '9007199254740993', 'expected an integer within ±(2^53−1), found 9007199254740993'],
    [{ type: 'integer' }, '-9007199254740992', 'expected an integer within ±(2^53−1), found -9007199254740992'],
    [{ type: 'integer' }, '4503599627370497.5', 'expected an integer, found 4503599627370497.5'],
    [{ type: 'integer' }, '0.99999999999999999999', 'found 0.99999999999999999999'],
    [{ type: 'integer' }, '1e-400', 'found 1e-400'],
    [{ type: 'list', items: { type: 'integer' } }, '[1, 9007199254740993]', 'found 9007199254740993'],
    [
      { type: 'list' },
      '[9007199254740993]',
      'expected a number that is held exactly (a text keeps all digits), found 9007199254740993',
    ],
    [{ type: 'object' }, '{"id": 12345678901234567890}', 'found 12345678901234567890'],
    [{ type: 'number' }, '1e400', 'beyond the range of a number'],
    [{ type: 'number' }, 'NaN', 'expected JSON, found NaN'],
    [{ type: 'number' }, '-Infinity', 'expected JSON, found -Infinity'],
    [{ type: 'number' }, '', 'expected JSON, found the end of the text'],
    [{ type: 'number' }, '01', 'expected JSON, found "1"'],
    [{ type: 'number' }, '1 2', 'expected JSON, found "2"'],
    [{ type: 'object' }, '{"a": 1, "b": {},\n "a": 2}', 'found the key "a" twice in line 2'],
    [{ type: 'object' }, '{"a": {"__proto__": {}}}', 'found the key __proto__'],
    [{ type: 'object' }, '{"\\u005f_proto__": {}}', 'found the key __proto__'],
    [{ type: 'object' }, '{"a": 1,}', 'expected JSON, found "}"'],
    [{ type: 'object' }, "{'a': 1}", `expected JSON, found "'"`],
    [{ type: 'list' }, '[1', 'expected JSON, found the end of the text'],
    [{ type: 'list' }, '["\t"]', 'expected JSON, found'],
    [{ type: 'list' }, '["\\ud800"]', 'half of a surrogate pair'],
    [{ type: 'list' }, `${'['.repeat(101)}${']'.repeat(101)}`, 'more than 100 levels of nesting'],
    [{ type: 'list' }, '['.repeat(16_000), 'more than 100 levels of nesting'],
    [{ type: 'boolean' }, '\uFEFFtrue', 'expected JSON'],
    [{ type: 'boolean' }, 'True', 'expected JSON, found True'],
  ]
  test.each(faults)('refuses case %#: %j, naming what it found', (schema, text, fault) => {
    expect(readValue(schema, text).fault).toContain(fault)
  })

  test('reads what canonical JSON writes', () => {
    assert(
      property(json, (value) => {
        const text = canonicalJson({ value })
        const read = readValue({ type: 'object' }, text)
        if (read.fault === undefined) expect(canonicalJson(read.value)).toBe(text)
        else expect(read.fault).toMatch(/held exactly|__proto__|levels/)
      }),
      { numRuns: 300 },
    )
  })

  test('agrees with JSON.parse about what is JSON, but for what it refuses on purpose', () => {
    const piece = constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '1',
      '-',
      '.5',
      'e3',
      'true',
      'null',
      ' ',
      '\\',
      '\n',
    )
    assert(
      property(string({ unit: piece, maxLength: 12 }), (text) => {
        let valid = true
        try {
          JSON.parse(`[${text}]`)
        } catch {
          valid = false
        }
        const { fault } = readValue({ type: 'list' }, `[${text}]`)
        if (fault !== undefined && /twice|held exactly|range/.test(fault)) return
        expect(fault === undefined).toBe(valid)
      }),
      { numRuns: 2_000, examples: [['1e311{'], ['1e311']] },
    )
  })

  test('reads every double back as it was', () => {
    assert(
      property(double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(readValue({ type: 'number' }, String(value))).toEqual({ value: value === 0 ? 0 : value })
      }),
    )
  })
})
