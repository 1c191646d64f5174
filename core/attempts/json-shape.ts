import { isUtf8 } from 'node:buffer'
import { Problem } from '#core/base/problem.ts'
import type { Json, JsonObject } from '#core/base/json.ts'
import { jsonFault } from '#core/contract/value.ts'

/** What lies in a bucket is not what was put there. */
export function corrupt(place: string, fault: string): Problem {
  return new Problem(
    'artifact_corrupt',
    `${place} is not what was stored: ${fault}: run again without the cache, so that it is made anew`,
  )
}

/** The JSON of bytes that somebody else could have written; undefined for what is no sound JSON. */
export function parseJson(bytes: Uint8Array): Json | undefined {
  if (!isUtf8(bytes)) return undefined
  try {
    const value = JSON.parse(Buffer.from(bytes).toString()) as Json
    return jsonFault(value) === undefined ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The JSON of bytes. Throws Problem `artifact_corrupt`. */
export function readJsonBytes(bytes: Uint8Array, place: string): Json {
  const value = parseJson(bytes)
  if (value === undefined) throw corrupt(place, 'it is no JSON')
  return value
}

/** What reads one part of a value that has to be of some shape: it throws Problem `artifact_corrupt` with the place. */
export type Read<T> = (value: Json | undefined, place: string) => T

/** A part of which only its own value is asked. */
function plain<T>(expected: string, isFit: (value: Json | undefined) => value is T & Json): Read<T> {
  return (value, place) => {
    if (isFit(value)) return value
    throw corrupt(place, `expected ${expected}`)
  }
}

export const readText = plain('a text', (value) => typeof value === 'string')
export const readBoolean = plain('true or false', (value) => typeof value === 'boolean')
export const readNumber = plain('a number from 0', (value): value is number => typeof value === 'number' && value >= 0)
export const readCount = plain(
  'an integer from 0',
  (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0,
)
export const readSha256 = plain(
  'a sha256',
  (value): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
)
export const readObject = plain(
  'an object',
  (value): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value),
)

export function orNull<T>(read: Read<T>): Read<T | null> {
  return (value, place) => (value === null ? null : read(value, place))
}

export function readOneOf<T extends string>(...allowed: readonly T[]): Read<T> {
  return plain(`one of ${allowed.join(', ')}`, (value): value is T => allowed.some((it) => it === value))
}

export function readList<T>(read: Read<T>): Read<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) throw corrupt(place, 'expected a list')
    return value.map((item: Json, index) => read(item, `${place}[${index}]`))
  }
}
