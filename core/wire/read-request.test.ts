import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WireError } from './errors.ts'
import { parseBody, readQuery } from './read-request.ts'

test('a body reads as JSON does, whatever texts and keys it holds', () => {
  const fields = fc.dictionary(fc.string(), fc.jsonValue())
  fc.assert(
    fc.property(fields, (value) => {
      const text = JSON.stringify(value)
      expect(parseBody(Buffer.from(text))).toEqual(JSON.parse(text))
    }),
  )
})

test('bare NaN and infinities become texts, those within texts stay as they are', () => {
  const word = fc.constantFrom('NaN', 'Infinity', '-Infinity')
  fc.assert(
    fc.property(word, fc.string(), (bare, noise) => {
      const around = `${noise}"NaN, -Infinity\\`
      const text = `{"a": [${bare}, ${JSON.stringify(around)}], ${JSON.stringify(`${noise}x`)}: {"b":${bare}}, "c":1}`
      const read = parseBody(Buffer.from(text))
      expect(read).toEqual({ a: [bare, around], [`${noise}x`]: { b: bare }, c: 1 })
    }),
  )
})

test('bytes that are no JSON object are a bad request, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.string().map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        try {
          expect(parseBody(Buffer.from(bytes))).toBeTypeOf('object')
        } catch (error) {
          expect(error).toBeInstanceOf(WireError)
          expect(error).toMatchObject({ errorCode: 'BAD_REQUEST' })
        }
      },
    ),
  )
})

test('a long text is read beside a NaN', () => {
  const long = 'x\\"'.repeat(2_000_000)
  expect(parseBody(Buffer.from(`{"a": ${JSON.stringify(long)}, "b": NaN}`))).toEqual({ a: long, b: 'NaN' })
})

test('a query gives texts, and lists where a name is there more than once', () => {
  const { fields } = readQuery('run_ids=a&run_ids=b%20c&key=%C3%BC+x&empty=&__proto__=y')
  expect(fields).toEqual({ run_ids: ['a', 'b c'], key: 'ü x', empty: '' })
})
