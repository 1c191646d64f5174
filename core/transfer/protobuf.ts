/** A field of a protobuf message: its number, and its value by how it was written. */
export type Field =
  | { readonly number: number; readonly type: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly type: 'fixed64' | 'fixed32' | 'bytes'; readonly value: Buffer }

/** Nests no deeper than the messages that are read here, so that it needs no bound. Throws Error for what is no message. */
export function* readFields(message: Buffer): Generator<Field> {
  for (let at = 0; at < message.length;) {
    const tag = readVarint(message, at)
    const number = Number(tag.value >> 3n)
    if (number < 1) throw new Error('a message has a field without a number')
    at = tag.end
    const wire = Number(tag.value & 7n)
    if (wire === 0) {
      const { value, end } = readVarint(message, at)
      yield { number, type: 'varint', value }
      at = end
      continue
    }
    const { start, end } = boundsOf(message, at, wire)
    if (end > message.length) throw new Error('a message is cut off')
    yield { number, type: TYPES[wire] ?? 'bytes', value: message.subarray(start, end) }
    at = end
  }
}

const TYPES: Readonly<Record<number, 'fixed64' | 'fixed32' | 'bytes'>> = { 1: 'fixed64', 2: 'bytes', 5: 'fixed32' }

function boundsOf(message: Buffer, at: number, wire: number): { start: number; end: number } {
  if (wire === 1) return { start: at, end: at + 8 }
  if (wire === 5) return { start: at, end: at + 4 }
  if (wire !== 2) throw new Error(`a message has a field of the unknown type ${wire}`)
  const { value, end } = readVarint(message, at)
  if (value > BigInt(message.length)) throw new Error('a message is cut off')
  return { start: end, end: end + Number(value) }
}

function readVarint(message: Buffer, at: number): { value: bigint; end: number } {
  let [low, value] = [0, 0n]
  for (let index = 0; index < 10; index += 1) {
    const byte = message[at + index]
    if (byte === undefined) throw new Error('a message is cut off')
    // Four bytes fit into a small integer, which is all that most have.
    if (index < 4) low |= (byte & 0x7f) << (7 * index)
    else value |= BigInt(byte & 0x7f) << BigInt(7 * index)
    if (byte < 0x80) return { value: BigInt.asUintN(64, value | BigInt(low)), end: at + index + 1 }
  }
  throw new Error('a message has a number that does not end')
}

/** The number that a field holds; undefined for bytes. 32 and 64 bits are read as floats. */
export function floatOf({ type, value }: Field): number | undefined {
  if (type === 'fixed64') return value.readDoubleLE()
  return type === 'fixed32' ? value.readFloatLE() : undefined
}

/** The integer of a varint, with its sign; undefined for all else, and for what is beyond 2^53. */
export function integerOf(field: Field): number | undefined {
  if (field.type !== 'varint') return undefined
  const number = Number(BigInt.asIntN(64, field.value))
  return Number.isSafeInteger(number) ? number : undefined
}

/** The bytes of a field; undefined for numbers. */
export function bytesOf(field: Field): Buffer | undefined {
  return field.type === 'bytes' ? field.value : undefined
}
