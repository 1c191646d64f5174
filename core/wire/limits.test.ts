import { describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import {
  checkBatch,
  checkDatasets,
  checkExperimentTag,
  checkKey,
  checkPageSize,
  checkParam,
  checkTag,
} from './limits.ts'

const long = (count: number): string => 'x'.repeat(count)
const many = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item)

describe('a key', () => {
  const good = [
    'loss',
    'a/b',
    'a b',
    'a.b',
    '.hidden',
    '...',
    'a:b',
    '-',
    '_',
    'größe',
    '数',
    'val/loss_1-2',
    long(250),
  ]
  test.each(good)('may be %j', (key) => checkKey(key, 'key'))

  const bad = [
    '',
    '.',
    '..',
    '/a',
    'a/',
    'a//b',
    'a/../b',
    './a',
    'a/.',
    'a\\b',
    'a\nb',
    'a\0b',
    'a#b',
    'a%2e',
    '"',
    '🙂',
    long(251),
  ]
  test.each(bad)('may not be %j', (key) => {
    expect(() => checkKey(key, 'metrics[0].key')).toThrow(/metrics\[0\]\.key/)
  })

  test('that may be is its own normal path, whatever it is made of', () => {
    const parts = fc.constantFrom('.', '..', '/', 'a', ' ', '-', ':', '\\', '\n')
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 8 }), (pieces) => {
        const key = pieces.join('')
        const allowed = isAllowed(key)
        const normal = !/[\\\n]/.test(key) && new RegExp('^(?!.*(^|/)(\\.{0,2})(/|$)).+$').test(key)
        expect(allowed).toBe(normal)
      }),
    )
  })
})

test('values of parameters and tags that are too long are cut off, by characters and not by halves of them', () => {
  expect(checkParam({ key: 'k', value: long(6001) }).value).toBe(long(6000))
  expect(checkTag({ key: 'k', value: long(9000) }).value).toBe(long(8000))
  expect(checkParam({ key: 'k', value: '🙂'.repeat(6000) }).value).toBe('🙂'.repeat(6000))
  expect(checkParam({ key: 'k', value: '🙂'.repeat(6001) }).value).toBe('🙂'.repeat(6000))
})

const dataset = { name: 'n', digest: 'd', sourceType: 'local', source: '{}' }
const refused: readonly (readonly [string, () => unknown, RegExp])[] = [
  [
    'a tag of an experiment that is too long',
    () => checkExperimentTag({ key: 'k', value: long(5001) }),
    /'value' exceeds the maximum length of 5000/,
  ],
  ['101 parameters', () => checkBatch({ params: many(101, { key: 'k', value: '' }) }), /at most 100 params\. Got 101/],
  ['101 tags', () => checkBatch({ tags: many(101, { key: 'k', value: '' }) }), /at most 100 tags\. Got 101/],
  [
    '1001 metrics',
    () => checkBatch({ metrics: many(1001, { key: 'k', value: 0, timestamp: 0, step: 0 }) }),
    /at most 1000 metrics/,
  ],
  [
    '1001 entries in all',
    () =>
      checkBatch({
        metrics: many(999, { key: 'k', value: 0, timestamp: 0, step: 0 }),
        tags: many(2, { key: 'k', value: '' }),
      }),
    /1000 metrics, params, and tags\. Got 1001/,
  ],
  [
    'a name of a dataset that is too long',
    () => checkDatasets([{ dataset: { ...dataset, name: long(501) }, tags: [] }]),
    /'name' exceeds the maximum length of 500/,
  ],
  [
    'a digest that is too long',
    () => checkDatasets([{ dataset: { ...dataset, digest: long(37) }, tags: [] }]),
    /'digest' exceeds/,
  ],
  [
    'a source that is too long',
    () => checkDatasets([{ dataset: { ...dataset, source: long(65_536) }, tags: [] }]),
    /'source' exceeds/,
  ],
  [
    'a tag of an input that is too long',
    () => checkDatasets([{ dataset, tags: [{ key: 'k', value: long(501) }] }]),
    /'value' exceeds/,
  ],
  ['1001 datasets', () => checkDatasets(many(1001, { dataset, tags: [] })), /at most 1000 datasets/],
  [
    'a page of none',
    () => checkPageSize(0),
    /Invalid value 0 for parameter 'max_results' supplied: It must be a positive integer/,
  ],
  ['a page of -1', () => checkPageSize(-1), /positive integer/],
  ['a page of 1.5', () => checkPageSize(1.5), /positive integer/],
  ['a page of NaN', () => checkPageSize(Number.NaN), /positive integer/],
  ['a page of 50001', () => checkPageSize(50_001), /at most 50000/],
]
test.each(refused)('%s is refused', (_, check, message) => {
  expect(check).toThrow(expect.objectContaining({ code: 'tracking_invalid', message: expect.stringMatching(message) }))
})

function isAllowed(key: string): boolean {
  try {
    checkKey(key, 'key')
    return true
  } catch {
    return false
  }
}

test('half a surrogate pair in a parameter becomes what SQLite keeps, so that it is the same when it comes again', () => {
  expect(checkParam({ key: 'k', value: 'a\uD800' }).value).toBe('a\uFFFD')
})
