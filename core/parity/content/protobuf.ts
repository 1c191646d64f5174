import type { Content, Range } from './content.ts'

/** A field of a message: a number, or the range of its bytes, which are not read. */
export type Field = Range & {
  readonly number: number
  /** 0 varint, 1 eight bytes, 2 bytes of a length, 5 four bytes. */
  readonly wire: number
  /** Of a varint. */
  readonly value: bigint
}

/** What is no protocol buffer. */
export class DamagedMessage extends Error {}

const LONGEST_HEAD = 20
const BLOCK = 64 * 1024
/** A message that has more is none that anybody wrote. */
export const MOST_FIELDS = 5_000_000
/** The same for a message of which something is kept for each field. */
const MOST_KEPT = 100_000

/** The fields of a message in a range of a content, `most` of them. Throws DamagedMessage. */
export async function* readFields(content: Content, { start, end }: Range, most = MOST_KEPT): AsyncGenerator<Field> {
  let block: { start: number; bytes: Buffer } = { start, bytes: Buffer.alloc(0) }
  let count = 0
  for (let at = start; at < end;) {
    const wanted = Math.min(end, at + LONGEST_HEAD)
    if (at < block.start || wanted > block.start + block.bytes.length) {
      block = { start: at, bytes: await content.read(at, Math.min(end, at + BLOCK)) }
    }
    const field = readField(block.bytes.subarray(at - block.start, wanted - block.start), at)
    if (field.end > end) throw new DamagedMessage('a field ends behind its message')
    if (++count > most) throw new DamagedMessage('too many fields')
    yield field
    at = field.end
  }
}

/** `head`: the bytes that the field begins with; `at`: where it begins. */
function readField(head: Buffer, at: number): Field {
  const tag = readVarint(head, 0)
  const [number, wire] = [Number(tag.value >> 3n), Number(tag.value & 7n)]
  if (number === 0) throw new DamagedMessage('a field has no number')
  const start = at + tag.length
  if (wire === 1) return { number, wire, value: 0n, start, end: start + 8 }
  if (wire === 5) return { number, wire, value: 0n, start, end: start + 4 }
  if (wire !== 0 && wire !== 2) throw new DamagedMessage(`no field has the wire type ${wire}`)
  const { value, length } = readVarint(head, tag.length)
  if (wire === 0) return { number, wire, value, start, end: start + length }
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new DamagedMessage('a field is too long')
  return { number, wire, value: 0n, start: start + length, end: start + length + Number(value) }
}

/** Throws DamagedMessage where there is none. */
export function readVarint(bytes: Buffer, at: number): { readonly value: bigint; readonly length: number } {
  let value = 0n
  for (let length = 1; length <= 10; length += 1) {
    const byte = bytes[at + length - 1]
    if (byte === undefined) break
    value |= BigInt(byte & 0x7f) << BigInt(7 * (length - 1))
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), length }
  }
  throw new DamagedMessage('a number does not end')
}
