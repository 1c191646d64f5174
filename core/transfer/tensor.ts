import { bytesOf, floatOf, integerOf, readFields, type Field } from './protobuf.ts'

/** A TensorProto as summaries have it: numbers, or texts. */
export type Tensor = { readonly numbers: readonly number[]; readonly texts: readonly Buffer[] }

/** Only the first values are wanted: a scalar has one, an image its width, its height and itself. */
const MOST = 64

type DataType = { readonly size: number; readonly read: (bytes: Buffer, at: number) => number }
/** By the number of the type in TensorFlow. */
const TYPES: Readonly<Record<number, DataType>> = {
  1: { size: 4, read: (bytes, at) => bytes.readFloatLE(at) },
  2: { size: 8, read: (bytes, at) => bytes.readDoubleLE(at) },
  3: { size: 4, read: (bytes, at) => bytes.readInt32LE(at) },
  9: { size: 8, read: (bytes, at) => Number(bytes.readBigInt64LE(at)) },
  14: { size: 2, read: (bytes, at) => bfloat16(bytes.readUInt16LE(at)) },
  19: { size: 2, read: (bytes, at) => float16(bytes.readUInt16LE(at)) },
}

/** Reads the values of a tensor, at most 64 of them. An Error for what is none. */
export function readTensor(message: Buffer): Tensor {
  const fields = [...readFields(message)]
  const type = TYPES[fields.map((field) => (field.number === 1 ? integerOf(field) : undefined)).find(isKnown) ?? 0]
  const numbers: number[] = []
  const texts: Buffer[] = []
  for (const field of fields) {
    const bytes = bytesOf(field)
    if (field.number === 4 && bytes !== undefined && type !== undefined) numbers.push(...packed(bytes, type))
    else if (field.number === 8 && bytes !== undefined && texts.length < MOST) texts.push(bytes)
    else numbers.push(...listed(field))
  }
  return { numbers: numbers.slice(0, MOST), texts }
}

/** Values that stand one by one, or packed, in the field of their type: `float_val`, `double_val`, `int_val`, `int64_val`. */
function listed(field: Field): number[] {
  const type = { 5: 1, 6: 2 }[field.number]
  const [bytes, float] = [bytesOf(field), floatOf(field)]
  if (type !== undefined) {
    if (float !== undefined) return [float]
    const known = TYPES[type]
    return bytes === undefined || known === undefined ? [] : packed(bytes, known)
  }
  const integer = field.number === 7 || field.number === 10 ? integerOf(field) : undefined
  return integer === undefined ? [] : [integer]
}

function packed(bytes: Buffer, { size, read }: DataType): number[] {
  const count = Math.min(MOST, Math.floor(bytes.length / size))
  return Array.from({ length: count }, (_, index) => read(bytes, index * size))
}

function isKnown(value: number | undefined): value is number {
  return value !== undefined
}

function bfloat16(bits: number): number {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE((bits << 16) >>> 0)
  return bytes.readFloatLE()
}

function float16(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023]
  const sign = bits & 0x8000 ? -1 : 1
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25))
}
