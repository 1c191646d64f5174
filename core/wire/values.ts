import { Problem } from '#core/base/problem.ts'

const DOCS = 'See the API docs for more information about request parameters.'
/** As much of a wrong value as a message holds. */
const MOST_SHOWN = 200

/** A field that must be there and is not; `path` is its place: `metrics[0].key`. */
export function missing(path: string): Problem {
  return new Problem('tracking_invalid', `Missing value for required parameter '${path}'. ${DOCS}`)
}

/** A value that a field cannot have. */
export function wrong(path: string, value: unknown, why: string): Problem {
  return new Problem(
    'tracking_invalid',
    `Invalid value ${shown(value)} for parameter '${path}' supplied: ${why}. ${DOCS}`,
  )
}

/** Reads a value that is there. Throws Problem `tracking_invalid` that names its place. */
export type Read<Value> = (value: unknown, path: string) => Value

/** A text. */
export function readText(value: unknown, path: string): string {
  if (typeof value === 'string') return value
  throw wrong(path, value, 'it must be a string')
}

/** An id: a text, or an integer for one. */
export function readId(value: unknown, path: string): string {
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : readText(value, path)
}

/** An integer that a double holds exactly, as a number or a text. */
export function readInteger(value: unknown, path: string): number {
  const number = typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isInteger(number)) throw wrong(path, value, 'it must be an integer')
  // −0 would become another row than 0.
  if (Number.isSafeInteger(number)) return number === 0 ? 0 : number
  throw wrong(path, value, 'it must be an integer between -9007199254740991 and 9007199254740991')
}

const NAMED: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])
const DOUBLE = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/i

/** A double, as a number, a text, `NaN`, `Infinity` or `-Infinity`. */
export function readDouble(value: unknown, path: string): number {
  if (typeof value === 'number') return value
  const named = NAMED.get(value)
  if (named !== undefined) return named
  if (typeof value === 'string' && DOUBLE.test(value)) return Number(value)
  throw wrong(path, value, 'it must be a number')
}

/** True or false, also as a text in any case, as it stands in a query. */
export function readBoolean(value: unknown, path: string): boolean {
  if (typeof value === 'boolean') return value
  const text = typeof value === 'string' ? value.toLowerCase() : undefined
  if (text === 'true' || text === 'false') return text === 'true'
  throw wrong(path, value, 'it must be true or false')
}

/** A name out of a list, or the number that it has in the protocol. */
export function readEnum<Name extends string>(names: Readonly<Record<Name, number>>): Read<Name> {
  const entries = Object.entries(names) as [Name, number][]
  return (value, path) => {
    const found = entries.find(([name, number]) => value === name || value === number || value === String(number))
    if (found !== undefined) return found[0]
    throw wrong(path, value, `it must be one of ${Object.keys(names).join(', ')}`)
  }
}

/** A list of what `one` reads. */
export function readList<Value>(one: Read<Value>): Read<readonly Value[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw wrong(path, value, 'it must be a list')
    return value.map((entry: unknown, index) => one(entry, `${path}[${index}]`))
  }
}

export type Fields = Readonly<Record<string, unknown>>

/** An object. */
export function readObject(value: unknown, path: string): Fields {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON has beside the rest is an object
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw wrong(path, value, 'it must be an object')
}

/** What is kept as it was told is nested no deeper, so that it can be written down again wherever it is answered. */
const MOST_DEPTH = 100

/** An object that is kept with all that it holds. */
export function readKept(value: unknown, path: string): Fields {
  const kept = readObject(value, path)
  if (isWithin(kept, MOST_DEPTH)) return kept
  throw wrong(path, value, `it must not be nested deeper than ${MOST_DEPTH}`)
}

function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((part) => isWithin(part, depth - 1))
}

function shown(value: unknown): string {
  const text = jsonOf(value)
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}...` : text
}

function jsonOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, MOST_SHOWN + 1))
  try {
    return JSON.stringify(value) ?? 'nothing'
  } catch (error) {
    // Nested so deep that it cannot be written down.
    if (error instanceof RangeError) return Array.isArray(value) ? '[...]' : '{...}'
    throw error
  }
}
