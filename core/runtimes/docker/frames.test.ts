import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameReader } from './frames.ts'

type Sent = { readonly stream: number; readonly payload: Buffer }

function encode(frames: readonly Sent[]): Buffer {
  return Buffer.concat(
    frames.flatMap(({ stream, payload }) => {
      const header = Buffer.alloc(8)
      header[0] = stream
      header.writeUInt32BE(payload.length, 4)
      return [header, payload]
    }),
  )
}

/** What each stream got, in the order of all, neighbours of one stream put together. */
function read(chunks: readonly Buffer[]): { stream: number; text: string }[] {
  const reader = new FrameReader()
  const got: { stream: number; text: string }[] = []
  for (const { stream, payload } of chunks.flatMap((chunk) => [...reader.push(chunk)])) {
    const last = got.at(-1)
    if (last?.stream === stream) last.text += payload.toString('latin1')
    else if (payload.length > 0) got.push({ stream, text: payload.toString('latin1') })
  }
  expect(reader.isTorn).toBe(false)
  return got
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

const frame = fc.record({
  stream: fc.constantFrom(1, 2),
  payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
})

test('frames come out the same however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 20 }), (frames, places) => {
      const bytes = encode(frames)
      const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))
      const wanted = read([bytes])
      expect(read(cut(bytes, places))).toEqual(wanted)
      expect(read(single)).toEqual(wanted)
      expect(wanted.map(({ text }) => text).join('')).toBe(
        Buffer.concat(frames.map(({ payload }) => payload)).toString('latin1'),
      )
    }),
    { numRuns: 300 },
  )
})

test('what is no header is refused, and an end inside a frame is seen', () => {
  expect(() => [...new FrameReader().push(Buffer.from('plain text of a terminal'))]).toThrow('no header of a frame')
  const reader = new FrameReader()
  const bytes = encode([{ stream: 1, payload: Buffer.from('abc') }])
  expect([...reader.push(bytes.subarray(0, 10))].map(({ payload }) => payload.toString())).toEqual(['ab'])
  expect(reader.isTorn).toBe(true)
})
