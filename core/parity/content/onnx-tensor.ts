import { firstByte, partOf, type Content, type Range } from './content.ts'
import { firstValue, floatText, TENSOR_VALUES } from './onnx-values.ts'
import { DamagedMessage, MOST_FIELDS, readFields, readVarint } from './protobuf.ts'

/** Shape, type and raw bytes of a tensor. */
type Tensor = { readonly shape: string; readonly type: number; readonly raw: Range | undefined }

/** Where two tensors differ: `, shape`, `[4]`; texts of both sides. */
export type TensorDifference = { readonly place: string; readonly a: string | null; readonly b: string | null }

type Place = { readonly content: Content; readonly range: Range }
type Kind = { readonly name: string; readonly size: number; readonly text: (bytes: Buffer) => string }

/** No tensor has so many dimensions that they take more. */
const MOST_DIMENSION_BYTES = 1024

const int = (value: number | bigint): string => value.toString()
/** Types by their number in ONNX, with the bytes of an element. */
const KINDS: Readonly<Record<number, Kind>> = {
  1: { name: 'float', size: 4, text: (it) => floatText(it.readFloatLE()) },
  2: { name: 'uint8', size: 1, text: (it) => int(it.readUInt8()) },
  3: { name: 'int8', size: 1, text: (it) => int(it.readInt8()) },
  4: { name: 'uint16', size: 2, text: (it) => int(it.readUInt16LE()) },
  5: { name: 'int16', size: 2, text: (it) => int(it.readInt16LE()) },
  6: { name: 'int32', size: 4, text: (it) => int(it.readInt32LE()) },
  7: { name: 'int64', size: 8, text: (it) => int(it.readBigInt64LE()) },
  9: { name: 'bool', size: 1, text: (it) => (it.readUInt8() === 0 ? 'false' : 'true') },
  11: { name: 'double', size: 8, text: (it) => String(it.readDoubleLE()) },
  12: { name: 'uint32', size: 4, text: (it) => int(it.readUInt32LE()) },
  13: { name: 'uint64', size: 8, text: (it) => int(it.readBigUInt64LE()) },
}

/** How two tensors differ; undefined where nothing that is looked at does. Throws DamagedMessage. */
export async function tensorDifference(one: Place, other: Place): Promise<TensorDifference | undefined> {
  const [a, b] = await Promise.all([readTensor(one), readTensor(other)])
  if (a.shape !== b.shape) return { place: ', shape', a: a.shape, b: b.shape }
  if (a.type !== b.type) return { place: ', type', a: typeName(a.type), b: typeName(b.type) }
  if (a.raw !== undefined && b.raw !== undefined) {
    const parts = { a: partOf(one.content, a.raw), b: partOf(other.content, b.raw) }
    const at = await firstByte(parts)
    return at === undefined ? undefined : elementAt(parts, at, a.type)
  }
  const found = await firstValue(one, other, TENSOR_VALUES)
  return found === undefined ? undefined : { place: `[${found.index}]`, a: found.a, b: found.b }
}

async function elementAt(
  parts: { readonly a: Content; readonly b: Content },
  at: number,
  type: number,
): Promise<TensorDifference> {
  const kind = KINDS[type] ?? { size: 1, text: (bytes: Buffer) => `byte ${bytes.toString('hex')}` }
  const index = Math.floor(at / kind.size)
  const read = async (content: Content): Promise<string | null> => {
    const bytes = await content.read(index * kind.size, (index + 1) * kind.size)
    return bytes.length < kind.size ? null : kind.text(bytes)
  }
  return { place: `[${index}]`, a: await read(parts.a), b: await read(parts.b) }
}

async function readTensor({ content, range }: Place): Promise<Tensor> {
  const shape: string[] = []
  let [type, raw]: [number, Range | undefined] = [0, undefined]
  for await (const field of readFields(content, range, MOST_FIELDS)) {
    const size = field.number === 1 ? field.end - field.start + shape.length : 0
    if (size > MOST_DIMENSION_BYTES) throw new DamagedMessage('too many dimensions')
    if (field.number === 1 && field.wire === 0) shape.push(int(BigInt.asIntN(64, field.value)))
    if (field.number === 1 && field.wire === 2) shape.push(...packed(await content.read(field.start, field.end)))
    if (field.number === 2) type = Number(field.value)
    if (field.number === 9) raw = field
  }
  return { shape: shape.join(' × '), type, raw }
}

function packed(bytes: Buffer): string[] {
  const numbers: string[] = []
  for (let at = 0; at < bytes.length;) {
    const { value, length } = readVarint(bytes, at)
    numbers.push(int(BigInt.asIntN(64, value)))
    at += length
  }
  return numbers
}

function typeName(type: number): string {
  return KINDS[type]?.name ?? `type ${type}`
}
