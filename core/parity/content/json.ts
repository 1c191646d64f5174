import type { Json } from '#core/base/json.ts'
import type { ContentDifference } from '#core/contract/parity.ts'
import { readJson } from '#core/contract/read-json.ts'
import { own } from '#core/parity/own.ts'
import type { Pair } from './content.ts'
import { difference, jsonText } from './shown.ts'

/** Larger files are compared as texts: these are parsed as a whole, and nobody has a turn meanwhile. */
const MOST_BYTES = 1024 * 1024

type Two = { readonly a: Json | undefined; readonly b: Json | undefined }

/** Where two values differ first; undefined: one of the two has nothing there. */
export type JsonDifference = Two & { readonly path: string }

/** What is being gone through: where it stands, and what comes next. */
type Open = { key: string | number; readonly rest: Generator<Two & { readonly key: string | number }> }

/** The first difference of two values, keys in their order by code units; undefined where they are equal. */
export function firstJson(a: Json | undefined, b: Json | undefined): JsonDifference | undefined {
  const open: Open[] = []
  for (let two: Two | undefined = { a, b }; two !== undefined; two = nextOf(open)) {
    if (two.a === two.b) continue
    const rest = within(two)
    if (rest === undefined) return { path: `$${open.map(({ key }) => named(key)).join('')}`, a: two.a, b: two.b }
    open.push({ key: '', rest })
  }
  return undefined
}

/** Goes on with the innermost that has more, and closes those that have not. */
function nextOf(open: Open[]): Two | undefined {
  for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
    const { done, value } = last.rest.next()
    if (done !== true) {
      last.key = value.key
      return value
    }
    open.pop()
  }
  return undefined
}

/** What two lists or two objects hold, side by side; undefined where they are no such two. */
function within({ a, b }: Two): Open['rest'] | undefined {
  if (isList(a) && isList(b)) return withinLists(a, b)
  return isObject(a) && isObject(b) ? withinObjects(a, b) : undefined
}

function* withinLists(a: readonly Json[], b: readonly Json[]): Open['rest'] {
  for (let key = 0; key < Math.max(a.length, b.length); key += 1) yield { key, a: a[key], b: b[key] }
}

type JsonObject = { readonly [key: string]: Json }

function* withinObjects(a: JsonObject, b: JsonObject): Open['rest'] {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  for (const key of [...keys].toSorted()) yield { key, a: own(a, key), b: own(b, key) }
}

function named(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * How two JSON files differ. Undefined where one is no JSON, is too large to be read as a whole, or where the difference is
 * in what reading loses: a key that is there twice, a number that no double holds.
 */
export async function jsonDifference(pair: Pair): Promise<ContentDifference | undefined> {
  if (pair.a.size > MOST_BYTES || pair.b.size > MOST_BYTES) return undefined
  const [one, other] = await Promise.all([
    pair.a.read(0, MOST_BYTES).then(textOf),
    pair.b.read(0, MOST_BYTES).then(textOf),
  ])
  const [a, b] = [parse(one), parse(other)]
  if (a === undefined || b === undefined) return undefined
  const found = firstJson(a, b)
  if (found !== undefined) {
    return difference({ format: 'json', place: found.path, a: jsonText(found.a), b: jsonText(found.b) })
  }
  return isReadWhole(one) && isReadWhole(other) ? writtenDifferently : undefined
}

const writtenDifferently: ContentDifference = {
  format: 'json',
  place: '$',
  a: null,
  b: null,
  words: 'the same values, written differently: spaces, the order of keys, or how numbers are spelled',
}

/** Undefined where it is no UTF-8. */
function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function parse(text: string | undefined): Json | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Json)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Whether a text says no more than the value that it is read as. */
function isReadWhole(text: string | undefined): boolean {
  const found = readJson(text ?? '')
  return found.fault === undefined && found.rounded.length === 0
}
