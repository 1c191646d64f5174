import type { Content, Range } from './content.ts'
import { DamagedMessage, MOST_FIELDS, readFields, readVarint, type Field } from './protobuf.ts'

/** How the values of a field are spelled. */
type Spelling = 'float' | 'double' | 'int' | 'text'

/** Fields of an AttributeProto that hold values. */
export const ATTRIBUTE_VALUES: Readonly<Record<number, Spelling>> = {
  2: 'float',
  3: 'int',
  4: 'text',
  7: 'float',
  8: 'int',
  9: 'text',
}
/** Fields of a TensorProto that hold values, beside the raw ones. */
export const TENSOR_VALUES: Readonly<Record<number, Spelling>> = {
  4: 'float',
  5: 'int',
  6: 'text',
  7: 'int',
  10: 'double',
  11: 'int',
}

const BYTES = { float: 4, double: 8 } as const
const LONGEST_TEXT = 4096
const BLOCK = 64 * 1024
const LONGEST_VARINT = 10

/** The first value in which two messages differ; null where one has no more. */
export type ValueDifference = { readonly index: number; readonly a: string | null; readonly b: string | null }

type Place = { readonly content: Content; readonly range: Range }

/** Goes through the values of both; undefined where they are alike. Throws DamagedMessage. */
export async function firstValue(
  one: Place,
  other: Place,
  spellings: Readonly<Record<number, Spelling>>,
): Promise<ValueDifference | undefined> {
  const [left, right] = [valuesOf(one, spellings), valuesOf(other, spellings)]
  for (let index = 0; ; index += 1) {
    const [a, b] = [await left.next(), await right.next()]
    if (a.done === true && b.done === true) return undefined
    const [x, y] = [a.done === true ? null : a.value, b.done === true ? null : b.value]
    if (x !== y) return { index, a: x, b: y }
  }
}

async function* valuesOf(
  { content, range }: Place,
  spellings: Readonly<Record<number, Spelling>>,
): AsyncGenerator<string, undefined> {
  for await (const field of readFields(content, range, MOST_FIELDS)) {
    const spelling = spellings[field.number]
    if (spelling === undefined) continue
    if (field.wire === 0) yield BigInt.asIntN(64, field.value).toString()
    else if (spelling === 'text') yield (await content.read(field.start, cutAt(field, LONGEST_TEXT))).toString('utf8')
    else if (spelling === 'int') yield* packedInts(content, field)
    else yield* packedFloats(content, field, spelling)
  }
  return undefined
}

/** One of them alone is packed like many. */
async function* packedFloats(content: Content, { start, end }: Field, spelling: 'float' | 'double') {
  const size = BYTES[spelling]
  for (let at = start; at + size <= end; at += BLOCK) {
    const block = await content.read(at, Math.min(end, at + BLOCK))
    for (let i = 0; i + size <= block.length; i += size) {
      yield spelling === 'float' ? floatText(block.readFloatLE(i)) : String(block.readDoubleLE(i))
    }
  }
}

async function* packedInts(content: Content, { start, end }: Field) {
  for (let at = start; at < end;) {
    // A number has at most ten bytes: those at the end of a block may go on in the next one.
    const block = await content.read(at, Math.min(end, at + BLOCK + LONGEST_VARINT))
    const most = Math.min(block.length, BLOCK)
    for (let used = 0; used < most;) {
      const { value, length } = readVarint(block, used)
      yield BigInt.asIntN(64, value).toString()
      used += length
      at += length
    }
    if (block.length === 0) throw new DamagedMessage('a list ends before its length')
  }
}

/** Nine digits tell two numbers of 32 bits apart. */
export function floatText(value: number): string {
  return String(Number(value.toPrecision(9)))
}

function cutAt({ start, end }: Range, most: number): number {
  return Math.min(end, start + most)
}
