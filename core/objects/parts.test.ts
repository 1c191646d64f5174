import fc from 'fast-check'
import { expect, test } from 'vitest'
import { copyParts, splitParts, uploadParts } from './parts.ts'
import { inPieces } from './stream-upload.ts'

const MIB = 2 ** 20
const GIB = 2 ** 30
const TIB = 2 ** 40

test('parts follow each other without a gap, fit what S3 takes, and are the same for the same size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 * TIB }), (size) => {
      for (const split of [uploadParts, copyParts]) {
        const parts = split(size)
        expect(parts.length).toBeLessThanOrEqual(10_000)
        let from = 0
        for (const [index, part] of parts.entries()) {
          if (part.number !== index + 1 || part.from !== from) throw new Error('a gap')
          if (part.size > 5 * GIB || part.size < 1) throw new Error('not a part of S3')
          if (index < parts.length - 1 && part.size < 5 * MIB) throw new Error('only the last may be so small')
          from += part.size
        }
        expect(from).toBe(size)
        expect(split(size)).toEqual(parts)
      }
    }),
    { numRuns: 60 },
  )
})

test.each([
  [8 * MIB, 1, 8 * MIB],
  [8 * MIB + 1, 2, 1],
  [80_000 * MIB, 10_000, 8 * MIB],
  [80_000 * MIB + 1, 8_889, 8 * MIB + 1],
])('a file of %d bytes goes in %d parts, the last of %d bytes', (size, count, last) => {
  const parts = uploadParts(size)
  expect([parts.length, parts.at(-1)?.size]).toEqual([count, last])
})

test('an object of 6 GiB is copied in twelve parts of 512 MiB', () => {
  expect(copyParts(6 * GIB).map(({ from, size }) => [from / GIB, size / GIB])).toEqual(
    Array.from({ length: 12 }, (_, index) => [index / 2, 0.5]),
  )
  expect(splitParts(0, MIB)).toEqual([])
})

test('a stream comes in pieces of the wanted size, whatever the chunks of it are', async () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(chunks, fc.integer({ min: 1, max: 50 }), async (given, size) => {
      const pieces = []
      for await (const piece of inPieces(streamOf(given), size)) pieces.push(piece)
      expect(Buffer.concat(pieces.map(({ bytes }) => bytes))).toEqual(Buffer.concat(given))
      expect(pieces.map(({ isLast }) => isLast)).toEqual(pieces.map((_, index) => index === pieces.length - 1))
      for (const { bytes, isLast } of pieces) {
        expect(isLast ? bytes.length <= size : bytes.length === size).toBe(true)
        expect(bytes.length > 0 || pieces.length === 1).toBe(true)
      }
    }),
  )
})

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
