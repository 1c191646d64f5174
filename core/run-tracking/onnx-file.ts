import { open, type FileHandle } from 'node:fs/promises'

/** A key and a length of a protocol buffer take at most so many bytes. */
const HEAD_BYTES = 20
/** A model has a handful of fields at its top, and one entry more for each of its properties. */
const MOST_FIELDS = 1_000

/** Fields of ONNX's `ModelProto`, and how each is written: 0 a number, 2 with its length. */
const FIELDS: Readonly<Record<number, 0 | 2>> = {
  1: 0, // ir_version
  2: 2, // producer_name
  3: 2, // producer_version
  4: 2, // domain
  5: 0, // model_version
  6: 2, // doc_string
  7: 2, // graph
  8: 2, // opset_import
  14: 2, // metadata_props
  20: 2, // training_info
  25: 2, // functions
  26: 2, // configuration
}
const GRAPH = 7
const OPSETS = 8

/**
 * Whether a file is a model in ONNX's format: outputs have no ending that says it. Reads the heads of its few top fields,
 * however large it is.
 */
export async function isOnnxFile(path: string, size: number): Promise<boolean> {
  const file = await open(path)
  try {
    return await hasFields(file, size)
  } finally {
    await file.close()
  }
}

async function hasFields(file: FileHandle, size: number): Promise<boolean> {
  const found = new Set<number>()
  let at = 0
  for (let count = 0; at < size && count < MOST_FIELDS; count += 1) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, at)
    const head = buffer.subarray(0, bytesRead)
    const key = readVarint(head, 0)
    if (key === undefined) return false
    const [field, kind] = [Math.floor(key.value / 8), key.value % 8]
    const value = readVarint(head, key.next)
    if (FIELDS[field] !== kind || value === undefined) return false
    found.add(field)
    at += value.next + (kind === 2 ? value.value : 0)
  }
  return at === size && found.has(GRAPH) && found.has(OPSETS)
}

/** A number as protocol buffers write it, 7 bits a byte; undefined where none ends there. */
function readVarint(bytes: Buffer, from: number): { readonly value: number; readonly next: number } | undefined {
  let value = 0
  for (let index = from; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0
    value += (byte % 128) * 128 ** (index - from)
    if (byte < 128) return Number.isSafeInteger(value) ? { value, next: index + 1 } : undefined
  }
  return undefined
}
