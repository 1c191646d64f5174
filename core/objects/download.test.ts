import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { downloadAll, type Download } from './download.ts'

/** Objects in memory, each in pieces of a few bytes. */
function storeOf(objects: Readonly<Record<string, string>>) {
  return {
    async *stream(key: string): AsyncGenerator<Uint8Array> {
      const bytes = Buffer.from(objects[key] ?? '')
      for (let at = 0; at < bytes.length; at += 3) yield bytes.subarray(at, at + 3)
    },
  }
}

function downloadOf(key: string, text: string, kept: Map<string, string>): Download {
  return {
    key,
    size: Buffer.byteLength(text),
    sha256: createHash('sha256').update(text).digest('hex'),
    keep: async (bytes) => {
      const pieces = []
      for await (const piece of bytes) pieces.push(piece)
      kept.set(key, Buffer.concat(pieces).toString())
    },
  }
}

test('each object is given to what keeps it', async () => {
  const kept = new Map<string, string>()
  await downloadAll(storeOf({ a: 'first', b: '' }), [downloadOf('a', 'first', kept), downloadOf('b', '', kept)])
  expect(Object.fromEntries(kept)).toEqual({ a: 'first', b: '' })
})

test.each([
  ['other bytes', 'abcde', 'other bytes than'],
  ['fewer bytes', 'abc', 'fewer bytes than'],
  ['more bytes', 'abcdefgh', 'more bytes than'],
])('%s than were recorded are an error, and are not kept', async (_, stored, words) => {
  const kept = new Map<string, string>()
  const downloads = [downloadOf('a', 'abcdf', kept)]
  await expect(downloadAll(storeOf({ a: stored }), downloads)).rejects.toMatchObject({
    code: 'object_damaged',
    message: expect.stringContaining(`the object a of the artifact store has ${words} were recorded`),
  })
  expect(kept.size).toBe(0)
})

test('what keeps an object may fail, and that is thrown', async () => {
  const failing = { ...downloadOf('a', 'abc', new Map()), keep: () => Promise.reject(new Error('the disk is full')) }
  await expect(downloadAll(storeOf({ a: 'abc' }), [failing])).rejects.toThrow('the disk is full')
})
