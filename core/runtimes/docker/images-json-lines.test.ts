import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { engineMessages, type EngineMessage } from './images-json-lines.ts'
import { LayerBytes } from './images-pull.ts'

async function read(chunks: readonly (Uint8Array | string)[]): Promise<EngineMessage[]> {
  return Array.fromAsync(engineMessages(toStream(chunks)))
}

async function* toStream(chunks: readonly (Uint8Array | string)[]): AsyncGenerator<Uint8Array | string> {
  yield* chunks
}

/** The bytes in pieces that end at these places, wherever a character does. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b)
  return [...ends, bytes.length].map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
}

describe('messages of an engine', () => {
  test('come out whole however the bytes are cut', async () => {
    const message = fc.record({ stream: fc.string({ unit: 'grapheme', maxLength: 40 }) })
    const separator = fc.constantFrom('\n', '\r\n', '\n\n')
    await fc.assert(
      fc.asyncProperty(fc.array(message), separator, fc.array(fc.nat(10_000)), async (messages, newline, places) => {
        const bytes = Buffer.from(messages.map((it) => JSON.stringify(it) + newline).join(''))
        expect((await read(cut(bytes, places))).map(({ stream }) => ({ stream }))).toEqual(messages)
      }),
    )
  })

  test('that are none are errors, and nothing is thrown, whatever comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(200)), async (bytes, places) => {
        const whole = await read([bytes])
        expect(await read(cut(bytes, places))).toEqual(whole)
        for (const it of whole) expect(it.error ?? it).toBeDefined()
      }),
    )
    expect(await read(['{"stream":"half'])).toMatchObject([{ error: expect.stringContaining('no message') as string }])
    expect(await read(['[1]\n<html>\n'])).toMatchObject(
      [{ error: /./ }, { error: /./ }].map(() => ({ error: expect.any(String) as string })),
    )
  })

  test('of a failure carry its words, also where only the details have them', async () => {
    expect(await read(['{"errorDetail":{"message":"no space"},"error":"x"}\n'])).toMatchObject([{ error: 'no space' }])
    expect(await read(['{"error":"x"}\n'])).toMatchObject([{ error: 'x' }])
  })
})

describe('bytes of a pull', () => {
  test('are summed over layers, and a layer that is here counts whole', () => {
    const bytes = new LayerBytes()
    bytes.take({ id: 'a', status: 'Downloading', progressDetail: { current: 10, total: 100 } })
    bytes.take({ id: 'b', status: 'Already exists' })
    bytes.take({ id: 'c', status: 'Downloading', progressDetail: { current: 7, total: 50 } })
    expect(bytes.sum()).toEqual({ doneBytes: 17, totalBytes: 150 })
    expect(bytes.take({ id: 'a', status: 'Download complete' })).toBe(true)
    expect(bytes.take({ id: 'a', status: 'Pull complete' })).toBe(false)
    expect(bytes.sum()).toEqual({ doneBytes: 107, totalBytes: 150 })
  })

  test('are never more than there are, whatever the engine says', () => {
    const status = fc.constantFrom('Downloading', 'Download complete', 'Extracting', 'Pull complete', 'Waiting')
    const detail = fc.record({ current: fc.nat(), total: fc.nat() }, { requiredKeys: [] })
    const message = fc.record({ id: fc.constantFrom('a', 'b', 'c'), status, progressDetail: detail })
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const bytes = new LayerBytes()
        for (const it of messages) {
          bytes.take(it)
          expect(bytes.sum().doneBytes).toBeLessThanOrEqual(bytes.sum().totalBytes)
        }
      }),
    )
  })
})
