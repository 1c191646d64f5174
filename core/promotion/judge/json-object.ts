import { canonicalJson } from '#core/base/json.ts'
import { jsonValue } from '#core/contract/json.ts'

/** Whether a value is an object with fields, and no list. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object without some of its fields. */
export function without(value: object, ...names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
}

/** The same text for objects that JSON has no difference between. */
export function keyOf(value: object): string {
  return canonicalJson(jsonValue.parse(JSON.parse(JSON.stringify(value))))
}
