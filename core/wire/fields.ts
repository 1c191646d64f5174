import type { Pair, Search, View } from './types.ts'
import type { Input } from './route.ts'
import {
  missing,
  readBoolean,
  readEnum,
  readId,
  readInteger,
  readList,
  readObject,
  readText,
  type Fields,
  type Read,
} from './values.ts'

/** A field of a request; undefined where it is absent or null. Throws Problem `tracking_invalid` where it is wrong. */
export function optional<Value>({ fields, isQuery }: Input, name: string, read: Read<Value>): Value | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  // A query may name a field twice: the last one counts.
  return read(isQuery && Array.isArray(value) ? value.at(-1) : value, name)
}

/** The same where it must be there. An empty text is as good as none. */
export function required<Value>(input: Input, name: string, read: Read<Value>): Value {
  const value = optional(input, name, read)
  if (value === undefined || value === '') throw missing(name)
  return value
}

/** A text that must be there and not be empty. */
export function text(input: Input, name: string): string {
  return required(input, name, readText)
}

/** A text that may be empty, or absent. */
export function optionalText(input: Input, name: string): string | undefined {
  return optional(input, name, readText)
}

/** An id that must be there: a text, or an integer for one. */
export function id(input: Input, name: string): string {
  return required(input, name, readId)
}

export function optionalInteger(input: Input, name: string): number | undefined {
  return optional(input, name, readInteger)
}

export function optionalBoolean(input: Input, name: string): boolean | undefined {
  return optional(input, name, readBoolean)
}

/** A list, empty where it is absent; in a query one value is a list of one. */
export function list<Value>({ fields, isQuery }: Input, name: string, one: Read<Value>): readonly Value[] {
  const value = fields[name] ?? []
  return readList(one)(isQuery && !Array.isArray(value) ? [value] : value, name)
}

/** The run that a request is about, which clients name twice. */
export function runId(input: Input): string {
  const named = optionalText(input, 'run_id')
  const found = named === undefined || named === '' ? optionalText(input, 'run_uuid') : named
  if (found === undefined || found === '') throw missing('run_id')
  return found
}

/** Key and value in the fields of a request; the value may be empty. */
export function pairOf(input: Input): Pair {
  return { key: text(input, 'key'), value: optionalText(input, 'value') ?? '' }
}

/** Keys with values, of a list. */
export function readPair(value: unknown, path: string): Pair {
  const pair = readPart(value, path)
  return { key: member(pair, 'key', readText), value: optionalMember(pair, 'value', readText) ?? '' }
}

/** An object within a request, and its place there. */
export type Part = { readonly fields: Fields; readonly path: string }

/** An object whose own fields are read by `member`. */
export function readPart(value: unknown, path: string): Part {
  return { fields: readObject(value, path), path }
}

/** A field of an object within a request that must be there. */
export function member<Value>(part: Part, name: string, read: Read<Value>): Value {
  const value = optionalMember(part, name, read)
  if (value === undefined || value === '') throw missing(`${part.path}.${name}`)
  return value
}

/** The same where it may be absent. */
export function optionalMember<Value>({ fields, path }: Part, name: string, read: Read<Value>): Value | undefined {
  const value = fields[name]
  return value === undefined || value === null ? undefined : read(value, `${path}.${name}`)
}

const readView = readEnum<View>({ ACTIVE_ONLY: 1, DELETED_ONLY: 2, ALL: 3 })

/** The fields that all searches have; `usual` is how many are wanted where the request does not say it. */
export function searchOf(input: Input, usual: number | undefined, viewName = 'view_type'): Search {
  const maxResults = optionalInteger(input, 'max_results') ?? usual
  if (maxResults === undefined) throw missing('max_results')
  const view = optional(input, viewName, readView)
  return {
    maxResults,
    orderBy: list(input, 'order_by', readText),
    ...defined({ filter: optionalText(input, 'filter') || undefined, view }),
    ...defined({ pageToken: optionalText(input, 'page_token') || undefined }),
  }
}

type Defined<Values> = { [Name in keyof Values]?: Exclude<Values[Name], undefined> }

/** The object without what is undefined. */
export function defined<Values extends object>(values: Values): Defined<Values> {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- that is what was filtered
  return Object.fromEntries(kept) as Defined<Values>
}
