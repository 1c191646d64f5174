import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isProblem } from '#core/base/problem.ts'
import { readPageToken, writePageToken, type PageToken } from './index.ts'

const coded = (text: string): string => Buffer.from(text).toString('base64')

test('no token and an empty one begin at the first page', () => {
  expect(readPageToken(undefined)).toBeUndefined()
  expect(readPageToken('')).toBeUndefined()
})

test('a token of MLflow is understood', () => {
  expect(readPageToken('eyJvZmZzZXQiOiAxMDB9')).toEqual({ offset: 100 })
  expect(readPageToken(coded('{"offset": "7", "filter_string": null}'))).toEqual({ offset: 7 })
})

test('what is written is read again, for the same search', () => {
  const pages = fc.oneof<fc.Arbitrary<PageToken>[]>(
    fc.record({ offset: fc.nat() }),
    fc.record({
      after: fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null)), { minLength: 1, maxLength: 16 }),
    }),
  )
  fc.assert(
    fc.property(pages, fc.option(fc.string(), { nil: undefined }), (page, search) => {
      expect(readPageToken(writePageToken(page, search), search)).toEqual(page)
    }),
  )
})

test('a token of another search is refused, one that is bound to none is not', () => {
  const token = writePageToken({ offset: 5 }, 'metrics.a > 1')
  expect(() => readPageToken(token, 'metrics.a > 2')).toThrow(
    'Invalid page token, it is of a search with another filter',
  )
  expect(readPageToken(writePageToken({ offset: 5 }), 'metrics.a > 2')).toEqual({ offset: 5 })
})

test.each([
  'not base64!',
  '====',
  coded('no JSON'),
  coded('5'),
  coded('null'),
  coded('[]'),
  coded('{}'),
  coded('{"offset": -1}'),
  coded('{"offset": 1.5}'),
  coded('{"offset": "1; DROP TABLE runs"}'),
  coded('{"offset": 9007199254740992}'),
  coded('{"after": []}'),
  coded('{"after": 5}'),
  coded('{"after": [{}]}'),
  coded(JSON.stringify({ after: Array.from({ length: 17 }).fill(1) })),
  coded(JSON.stringify({ after: ['x'.repeat(20_000)] })),
])('%s is no token', (token) => {
  expect(() => readPageToken(token)).toThrow(/^Invalid page token, /)
})

test('any text is a token or refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json().map(coded)), (token) => {
      try {
        readPageToken(token)
      } catch (error) {
        expect(isProblem(error) && error.code).toBe('tracking_invalid')
      }
    }),
    { numRuns: 1000 },
  )
})
