import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '#core/base/json.ts'
import { Problem } from '#core/base/problem.ts'
import type { ValueDeclaration } from '#core/contract/definition.ts'
import { readValue } from '#core/contract/value-text.ts'
import {
  allowedText,
  byField,
  controlOf,
  declarationsOf,
  faultOf,
  faultsOf,
  readParallelism,
  startTexts,
  textOf,
  textsToSend,
} from './form-model.ts'

const DECLARED = declarationsOf({
  depth: { type: 'integer', default: 4, minimum: 1, maximum: 10 },
  rate: { type: 'number', default: 0.5 },
  name: { type: 'string' },
  depths: { type: 'list', items: { type: 'integer' }, default: [2, 4] },
  kind: { type: 'string', enum: ['a', 'b'], default: 'a' },
  constructor: { type: 'boolean', default: false },
})

describe('the control of a parameter', () => {
  test.each<[ValueDeclaration, object]>([
    [{ type: 'integer' }, { kind: 'line', inputMode: 'numeric' }],
    [{ type: 'number' }, { kind: 'line', inputMode: 'decimal' }],
    [{ type: 'string' }, { kind: 'line', inputMode: 'text' }],
    [{ type: 'boolean', default: true }, { kind: 'switch' }],
    // A switch cannot show that nothing was chosen.
    [{ type: 'boolean' }, { kind: 'choice', options: ['true', 'false'] }],
    [{ type: 'list' }, { kind: 'lines', isJson: true }],
    [{ type: 'object' }, { kind: 'lines', isJson: true }],
    [
      { type: 'integer', enum: [1, 2, 1] },
      { kind: 'choice', options: ['1', '2'] },
    ],
    [
      { type: 'string', enum: ['1', ''] },
      { kind: 'choice', options: ['1', ''] },
    ],
  ])('%j has %j', (declaration, control) => {
    expect(controlOf(declaration, undefined)).toEqual(control)
  })
  test('a text with a line break has a field of several lines, since a single line would lose the break', () => {
    expect(controlOf({ type: 'string' }, 'one\ntwo')).toEqual({ kind: 'lines', isJson: false })
  })
})

describe('what fields say', () => {
  test('they begin with the defaults; what has none has no text', () => {
    const { texts, gone } = startTexts(DECLARED)
    expect([...texts]).toEqual([
      ['depth', '4'],
      ['rate', '0.5'],
      ['depths', '[2,4]'],
      ['kind', 'a'],
      ['constructor', 'false'],
    ])
    expect(gone).toEqual([])
  })
  test('the values of a run come over the defaults, and what is no parameter any more is named', () => {
    const { texts, gone } = startTexts(DECLARED, { depth: 7, name: '7', old: 1 })
    expect(texts.get('depth')).toBe('7')
    expect(texts.get('name')).toBe('7')
    expect(texts.get('rate')).toBe('0.5')
    expect(gone).toEqual(['old'])
  })
  test('only what differs from the default is sent, as it was typed', () => {
    const texts = new Map([...startTexts(DECLARED).texts, ['depth', '04'], ['name', ''], ['other', '1']])
    expect(textsToSend(DECLARED, texts)).toEqual({ depth: '04', name: '' })
  })
  test('every value comes back from its text', () => {
    const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json)
    fc.assert(
      fc.property(json, (value) => {
        const type = typeof value === 'string' ? 'string' : Array.isArray(value) ? 'list' : 'object'
        fc.pre(typeof value === 'string' || (typeof value === 'object' && value !== null))
        const read = readValue({ type }, textOf({ type }, value))
        // What readValue refuses as such (a key __proto__, numbers that no double holds) is refused in every spelling.
        if (read.fault === undefined) expect(read.value).toEqual(value)
        else expect(readValue({ type }, JSON.stringify(value)).fault).toBeDefined()
      }),
    )
  })
})

describe('what is wrong', () => {
  test('the words are those of the command line', () => {
    expect(faultOf({ type: 'integer', minimum: 1 }, '0')).toBe('expected at least 1, found 0')
    expect(faultOf({ type: 'integer' }, '9007199254740993')).toBe(
      'expected an integer within ±(2^53−1), found 9007199254740993',
    )
    expect(faultOf({ type: 'integer' }, undefined)).toBe('has no default: give a value')
  })
  test('a pattern that would hang the page is left to the core; all others are looked at', () => {
    expect(faultOf({ type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(60)}!`)).toBeUndefined()
    expect(faultOf({ type: 'string', pattern: '^a+$' }, 'b')).toBe('expected a text that matches /^a+$/, found "b"')
  })
  test('all faults are found at once', () => {
    const texts = new Map([...startTexts(DECLARED).texts, ['depth', '11'], ['depths', '[1.5]']])
    expect([...faultsOf(DECLARED, texts).keys()]).toEqual(['depth', 'name', 'depths'])
  })
  test('issues of a Problem go to their fields, the others stay together', () => {
    const issues = [
      { code: 'invalid_parameter', message: 'the parameter "depth": no', path: 'depth' },
      { code: 'unknown_parameter', message: 'unknown parameter "x"', path: 'x' },
    ] as const
    const { faults, rest } = byField(new Problem('invalid_parameter', 'both', { issues }), DECLARED)
    expect([...faults]).toEqual([['depth', 'the parameter "depth": no']])
    expect(rest).toBe('x: unknown parameter "x"')
  })
  test('a Problem of no field is said whole', () => {
    const issues = [{ code: 'document_invalid', message: 'no steps', path: 'spec.steps' }] as const
    const { faults, rest } = byField(new Problem('document_invalid', 'no steps: add one', { issues }), DECLARED)
    expect(faults.size).toBe(0)
    expect(rest).toBe('no steps: add one')
  })
  test('a name that every object has is a name like another', () => {
    const { faults } = byField(new Problem('conflict', 'no', { path: 'toString' }), DECLARED)
    expect(faults.size).toBe(0)
  })
})

test('what is allowed is said in words', () => {
  expect(allowedText({ type: 'integer', minimum: 1, maximum: 10 })).toBe('integer, at least 1, at most 10')
  expect(allowedText({ type: 'list', items: { type: 'string' } })).toBe('list of strings')
  expect(allowedText({ type: 'string', pattern: '^a' })).toBe('text, matches /^a/')
})

test('parallelism is a number from 1 to 1,024, or nothing', () => {
  expect(readParallelism('')).toEqual({})
  expect(readParallelism('8')).toEqual({ value: 8 })
  expect(readParallelism('0')).toEqual({ fault: 'expected at least 1, found 0' })
  expect(readParallelism('two').fault).toContain('expected JSON')
})
