import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonLines } from './json-lines.ts'

async function* piecesOf(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0
  for (const size of sizes) {
    yield bytes.subarray(from, from + size)
    from += size
  }
  yield bytes.subarray(from)
}

test('lines come whole, however they are cut', async () => {
  const cut = fc.array(fc.nat({ max: 20 }))
  const property = fc.asyncProperty(fc.array(fc.jsonValue()), cut, async (values, sizes) => {
    const bytes = Buffer.from(values.map((it) => `${JSON.stringify(it)}\n`).join('\n'))
    const read = await Array.fromAsync(jsonLines(piecesOf(bytes, sizes)))
    expect(read).toEqual(values.map((it) => JSON.parse(JSON.stringify(it)) as unknown))
  })
  await fc.assert(property)
})

test('any bytes are lines or a SyntaxError', async () => {
  const property = fc.asyncProperty(fc.uint8Array(), fc.array(fc.nat({ max: 9 })), async (bytes, sizes) => {
    await Array.fromAsync(jsonLines(piecesOf(bytes, sizes))).catch((error: unknown) => {
      if (!(error instanceof SyntaxError)) throw error
    })
  })
  await fc.assert(property)
})

test('a line that was cut off at the end is not read', async () => {
  expect(await Array.fromAsync(jsonLines(piecesOf(Buffer.from('1\n{"a'), [])))).toEqual([1])
})
