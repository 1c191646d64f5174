import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { acceptedEncoding, compressIfWorth } from './compress.ts'

describe('the encoding that a header asks for', () => {
  test.each([
    [undefined, undefined],
    ['', undefined],
    ['identity', undefined],
    ['gzip', 'gzip'],
    ['GZIP ; Q=0.5', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['br;q=0, gzip;q=0', undefined],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['br;q=0, *', 'gzip'],
    ['gzip;q=2', undefined],
    ['xgzip, brr', undefined],
  ])('%j is %s', (header, encoding) => {
    expect(acceptedEncoding(header)).toBe(encoding)
  })
  test('never one that it does not name, whatever it is', () => {
    const part = fc.oneof(fc.constantFrom('br', 'gzip', '*', 'q=0', 'q=0.3', ';', ',', ' ', 'identity'), fc.string())
    const header = fc.array(part).map((parts) => parts.join(''))
    fc.assert(
      fc.property(header, (text) => {
        const encoding = acceptedEncoding(text)
        if (encoding !== undefined) expect(text.toLowerCase()).toMatch(encoding === 'br' ? /br|\*/ : /gzip|\*/)
      }),
    )
  })
})

describe('an answer', () => {
  test('below 1 KiB stays as it is', async () => {
    const { body, headers } = await compressIfWorth('x'.repeat(1_023), 'br, gzip')
    expect([Buffer.from(body).toString(), headers]).toEqual(['x'.repeat(1_023), {}])
  })
  test('says that it depends on Accept-Encoding, also where it is not compressed', async () => {
    const { body, headers } = await compressIfWorth('x'.repeat(2_000), undefined)
    expect([body.length, headers]).toEqual([2_000, { Vary: 'Accept-Encoding' }])
  })
  test('comes back byte for byte', async () => {
    const content = fc.oneof(fc.uint8Array({ maxLength: 4_000 }), fc.string({ maxLength: 4_000, unit: 'binary' }))
    await fc.assert(
      fc.asyncProperty(content, fc.constantFrom('br', 'gzip', undefined), async (plain, accept) => {
        const { body, headers } = await compressIfWorth(plain, accept)
        const encoding = headers['Content-Encoding']
        const unpacked = encoding === 'br' ? brotliDecompressSync(body) : encoding === 'gzip' ? gunzipSync(body) : body
        expect(Buffer.from(unpacked).equals(Buffer.from(plain as string))).toBe(true)
        expect(body.length).toBeLessThanOrEqual(Buffer.from(plain as string).length)
      }),
    )
  })
  test('that cannot be made smaller stays as it is', async () => {
    const noise = crypto.getRandomValues(new Uint8Array(4_000))
    const { headers } = await compressIfWorth(noise, 'gzip')
    expect(headers).toEqual({ Vary: 'Accept-Encoding' })
  })
})
