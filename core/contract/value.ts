import { assertNever } from '../base/assert-never.ts'
import { canonicalJson, type Json } from '../base/json.ts'
import type { ValueSchema } from './definition.ts'

/** Deeper values are refused, since other languages' JSON readers give up somewhere above it. */
export const MAX_VALUE_DEPTH = 100

/** Whether a text matches a pattern. May throw; what it throws is then the fault. */
export type Matcher = (pattern: string, text: string) => boolean

/**
 * What is wrong with a value, as `expected …, found …` with the place inside a list or object in front; undefined
 * where it fits. A pattern is an unanchored regular expression; one that is none is itself the fault.
 * Some patterns take for ever on some texts: where that matters, give a `matches` that gives up.
 */
export function checkValue(schema: ValueSchema, value: Json, matches: Matcher = matchesPattern): string | undefined {
  return jsonFault(value) ?? schemaFault({ schema, place: '', matches }, value)
}

function matchesPattern(pattern: string, text: string): boolean {
  return new RegExp(pattern, 'u').test(text)
}

/** What keeps any value, whatever its type, from being written as canonical JSON and read again unchanged. */
export function jsonFault(value: Json, place = '', depth = 0): string | undefined {
  if (typeof value === 'string') return textFault(value, place)
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : at(place, 'a finite number', value)
  if (value === null || typeof value !== 'object') return undefined
  if (depth >= MAX_VALUE_DEPTH) return `expected at most ${MAX_VALUE_DEPTH} levels of nesting, found more`
  for (const [key, member] of Object.entries(value)) {
    const inner = Array.isArray(value) ? `${place}[${key}]` : `${place}.${key}`
    if (key === '__proto__') return `${named(place)}expected another name than __proto__, found that key`
    const fault = textFault(key, place) ?? jsonFault(member, inner, depth + 1)
    if (fault !== undefined) return fault
  }
  return undefined
}

function textFault(text: string, place: string): string | undefined {
  return text.isWellFormed() ? undefined : `${named(place)}expected Unicode text, found half of a surrogate pair`
}

type Check = { readonly schema: ValueSchema; readonly place: string; readonly matches: Matcher }

function schemaFault(check: Check, value: Json): string | undefined {
  return typeFault(check, value) ?? boundFault(check, value) ?? itemsFault(check, value)
}

function typeFault({ schema, place }: Check, value: Json): string | undefined {
  switch (schema.type) {
    case 'string':
      return typeof value === 'string' ? undefined : at(place, 'a text', value)
    case 'integer':
      if (Number.isSafeInteger(value)) return undefined
      return at(place, Number.isInteger(value) ? 'an integer within ±(2^53−1)' : 'an integer', value)
    case 'number':
      return typeof value === 'number' ? undefined : at(place, 'a number', value)
    case 'boolean':
      return typeof value === 'boolean' ? undefined : at(place, 'true or false', value)
    case 'list':
      return Array.isArray(value) ? undefined : at(place, 'a list', value)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? undefined
        : at(place, 'an object', value)
    default:
      return assertNever(schema.type)
  }
}

function boundFault({ schema, place, matches }: Check, value: Json): string | undefined {
  const { minimum, maximum, pattern } = schema
  if (typeof value === 'number') {
    if (minimum !== undefined && value < minimum) return at(place, `at least ${minimum}`, value)
    if (maximum !== undefined && value > maximum) return at(place, `at most ${maximum}`, value)
  }
  if (typeof value === 'string' && pattern !== undefined) {
    const fault = patternFault(pattern, value, matches)
    if (fault !== undefined) return named(place) + fault
  }
  if (schema.enum === undefined) return undefined
  const text = canonicalJson(value)
  if (schema.enum.some((allowed) => canonicalJson(allowed) === text)) return undefined
  return at(place, `one of ${schema.enum.map(shown).join(', ')}`, value)
}

function patternFault(pattern: string, text: string, matches: Matcher): string | undefined {
  try {
    return matches(pattern, text) ? undefined : `expected a text that matches /${pattern}/, found ${shown(text)}`
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return `expected a text that matches /${pattern}/, which cannot be told: ${reason}`
  }
}

function itemsFault({ schema, place, matches }: Check, value: Json): string | undefined {
  const { items } = schema
  if (items === undefined || !Array.isArray(value)) return undefined
  const list: readonly Json[] = value
  for (const [index, item] of list.entries()) {
    const fault = schemaFault({ schema: items, place: `${place}[${index}]`, matches }, item)
    if (fault !== undefined) return fault
  }
  return undefined
}

function at(place: string, expected: string, value: Json): string {
  return `${named(place)}expected ${expected}, found ${shown(value)}`
}

function named(place: string): string {
  return place === '' ? '' : `${place.replace(/^\./, '')}: `
}

/** A value for people: short, and never more than a line. */
function shown(value: Json): string {
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value)
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`
}
