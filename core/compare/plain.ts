import type { Json, JsonObject } from '#core/base/json.ts'

/** Whether a value is a map of plain data. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
