import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32c, maskedCrc32c } from './crc32c.ts'
import { readEvent } from './event.ts'
import { readSession } from './hparams.ts'
import { readTensor } from './tensor.ts'
import { readRecords } from './tfrecord.ts'

const FILE = join(import.meta.dirname, '../../test/fixtures/tensorboard/v1/events.out.tfevents.1700000000.host.a')

function framed(record: Buffer): Buffer {
  const bytes = Buffer.alloc(record.length + 16)
  bytes.writeBigUInt64LE(BigInt(record.length))
  bytes.writeUInt32LE(maskedCrc32c(bytes.subarray(0, 8)), 8)
  record.copy(bytes, 12)
  bytes.writeUInt32LE(maskedCrc32c(record), record.length + 12)
  return bytes
}

/** Bytes in pieces of some length, each overwritten once the next one is asked for. */
function* pieces(bytes: Buffer, length: number): Generator<Buffer> {
  const buffer = Buffer.alloc(length)
  for (let from = 0; from < bytes.length; from += length) {
    const count = bytes.copy(buffer, 0, from, from + length)
    yield buffer.subarray(0, count)
  }
}

function copiesOf(records: Iterable<Buffer>): Buffer[] {
  return Array.from(records, (record) => Buffer.from(record))
}

test('CRC-32C has the values of RFC 3720', () => {
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43)
  expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, index) => index)))).toBe(0x46dd794e)
})

test('records come back whole from pieces of any length', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), fc.integer({ min: 1, max: 300 }), (records, length) => {
      const all = records.map((record) => Buffer.from(record))
      expect(copiesOf(readRecords(pieces(Buffer.concat(all.map(framed)), length)))).toEqual(all)
    }),
  )
})

test('a file that is cut anywhere gives the records before the cut, and is no fault', () => {
  const all = [Buffer.from('one'), Buffer.alloc(100, 7), Buffer.from('three')]
  const bytes = Buffer.concat(all.map(framed))
  for (let end = 0; end < bytes.length; end += 1) {
    const read = copiesOf(readRecords([bytes.subarray(0, end)]))
    expect(read).toEqual(all.slice(0, read.length))
    expect(framed(Buffer.concat([])).length + read.length).toBeGreaterThan(0)
  }
})

test('a changed byte is told, with the place of its record, and what lies before is given', () => {
  const all = [Buffer.from('one'), Buffer.from('two')]
  const bytes = Buffer.concat(all.map(framed))
  fc.assert(
    fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ flip
      const read: Buffer[] = []
      const record = at < 19 ? 0 : 1
      expect(() => {
        for (const each of readRecords([changed])) read.push(each)
      }).toThrow(`damaged at byte ${record * 19}:`)
      expect(read).toEqual(all.slice(0, record))
    }),
  )
})

test('bytes that are no event are an Error in words, never a fault of another kind', () => {
  const [real] = [...readRecords([readFileSync(FILE)])].slice(2)
  const messages = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    fc.tuple(fc.nat(), fc.nat(255)).map(([at, byte]) => {
      const changed = Buffer.from(real ?? [])
      changed[at % changed.length] = byte
      return changed
    }),
  )
  fc.assert(
    fc.property(messages, (message) => {
      for (const read of [readEvent, readTensor, readSession]) {
        try {
          read(message)
        } catch (error) {
          expect((error as Error).message).toMatch(/^a message (?:is cut off|has a )/)
        }
      }
    }),
    { numRuns: 2_000 },
  )
})
