import type { Json } from '../base/json.ts'
import { MAX_VALUE_DEPTH } from './value.ts'

export type JsonPath = readonly (string | number)[]

/** A number that became another one when it was read, or an integer when it was none. */
type RoundedNumber = { readonly path: JsonPath; readonly source: string }

type JsonText =
  | { readonly value: Json; readonly rounded: readonly RoundedNumber[]; readonly fault?: never }
  | { readonly fault: string }

/**
 * Reads JSON more strictly than `JSON.parse`: no key twice, no `__proto__`, nothing nested beyond MAX_VALUE_DEPTH, no
 * number beyond a double, −0 is 0, and numbers that a double does not hold exactly are told. A fault names what was
 * found, and the line.
 */
export function readJson(text: string): JsonText {
  const reader: Reader = { text, at: 0, path: [], rounded: [] }
  try {
    const value = readElement(reader)
    if (reader.at < text.length) throw found(reader)
    return { value, rounded: reader.rounded }
  } catch (error) {
    if (error instanceof SyntaxError) return { fault: error.message }
    throw error
  }
}

type Reader = {
  readonly text: string
  at: number
  readonly path: (string | number)[]
  readonly rounded: RoundedNumber[]
}

const SPACE = /[ \t\n\r]*/y
const WORD = /-?[A-Za-z]+/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// oxlint-disable-next-line no-control-regex -- JSON forbids control characters in strings
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y
const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
])

function readElement(reader: Reader): Json {
  take(reader, SPACE)
  const value = readBare(reader)
  take(reader, SPACE)
  return value
}

function readBare(reader: Reader): Json {
  const first = reader.text[reader.at]
  if (first === '{') return readObject(reader)
  if (first === '[') return readList(reader)
  if (first === '"') return readString(reader)
  const number = take(reader, NUMBER)
  if (number !== undefined) return readNumber(reader, number)
  const start = reader.at
  const word = take(reader, WORD)
  const value = WORDS.get(word ?? '')
  if (value !== undefined) return value
  reader.at = start
  if (word !== undefined) throw fault(reader, word)
  throw found(reader)
}

function readObject(reader: Reader): Json {
  const result: Record<string, Json> = {}
  readMembers(reader, '}', () => {
    take(reader, SPACE)
    const key = readString(reader)
    if (key === '__proto__') throw fault(reader, 'the key __proto__')
    if (Object.hasOwn(result, key)) throw fault(reader, `the key ${JSON.stringify(key)} twice`)
    take(reader, SPACE)
    if (reader.text[reader.at] !== ':') throw found(reader)
    reader.at += 1
    reader.path.push(key)
    result[key] = readElement(reader)
  })
  return result
}

function readList(reader: Reader): Json {
  const result: Json[] = []
  readMembers(reader, ']', () => {
    reader.path.push(result.length)
    result.push(readElement(reader))
  })
  return result
}

/** From the opening bracket to the closing one; `readOne` puts one name on the path, which is taken off here. */
function readMembers(reader: Reader, close: string, readOne: () => void): void {
  if (reader.path.length >= MAX_VALUE_DEPTH) throw fault(reader, `more than ${MAX_VALUE_DEPTH} levels of nesting`)
  reader.at += 1
  take(reader, SPACE)
  if (reader.text[reader.at] === close) {
    reader.at += 1
    return
  }
  for (;;) {
    readOne()
    reader.path.pop()
    const next = reader.text[reader.at]
    if (next !== ',' && next !== close) throw found(reader)
    reader.at += 1
    if (next === close) return
  }
}

function readString(reader: Reader): string {
  const token = take(reader, STRING)
  if (token === undefined) throw found(reader)
  const text: unknown = JSON.parse(token)
  return String(text)
}

function readNumber(reader: Reader, source: string): number {
  const value = Number(source)
  if (!Number.isFinite(value)) throw fault(reader, `${source}, which is beyond the range of a number`)
  if (!isExact(source, value)) reader.rounded.push({ path: [...reader.path], source })
  return value === 0 ? 0 : value
}

/** False where an integer changed, or where something else became an integer that looks like one that was meant. */
function isExact(source: string, value: number): boolean {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE](.+))?$/.exec(source) ?? []
  if (/^-?\d+$/.test(source)) return BigInt(source) === BigInt(value)
  if (!Number.isSafeInteger(value)) return true
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return true
  const scale = Number(exponent) - fraction.length + (digits.length - significant.length)
  return scale >= 0 && BigInt(sign + significant + '0'.repeat(scale)) === BigInt(value)
}

function take(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at
  const match = pattern.exec(reader.text)?.[0]
  reader.at += match?.length ?? 0
  return match
}

function found(reader: Reader): SyntaxError {
  const point = reader.text.codePointAt(reader.at)
  return fault(reader, point === undefined ? 'the end of the text' : JSON.stringify(String.fromCodePoint(point)))
}

function fault(reader: Reader, what: string): SyntaxError {
  const line = reader.text.slice(0, reader.at).split('\n').length
  return new SyntaxError(line === 1 ? what : `${what} in line ${line}`)
}
