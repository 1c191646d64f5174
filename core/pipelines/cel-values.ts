import type { Json } from '#core/base/json.ts'
import type { ValueSchema } from '#core/contract/definition.ts'

/** The name of a value's type in CEL: integer is `int`, number is `double`. */
export function celType(schema: ValueSchema | undefined): string {
  if (schema === undefined) return 'dyn'
  switch (schema.type) {
    case 'integer':
      return 'int'
    case 'number':
      return 'double'
    case 'boolean':
      return 'bool'
    case 'list':
      return `list<${celType(schema.items)}>`
    case 'object':
      return 'map<string, dyn>'
    case 'string':
      return 'string'
  }
}

/** A JSON value as CEL computes with it: integers of the declared type become 64-bit integers. */
function toCel(schema: ValueSchema | undefined, value: Json): unknown {
  if (schema?.type === 'integer' && typeof value === 'number') return BigInt(value)
  if (schema?.type === 'list' && Array.isArray(value)) return value.map((item: Json) => toCel(schema.items, item))
  return value
}

/** Parameters as expressions read them. A map, since CEL would take a field `constructor` of an object for its type. */
export function celParameters(
  declared: Readonly<Record<string, ValueSchema>>,
  values: Readonly<Record<string, Json>>,
): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(values).map(([name, value]) => [name, toCel(declared[name], value)]))
}

/** A result of CEL as JSON. Throws an Error in words for what JSON has no form for. */
export function fromCel(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return safeInteger(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error('the result is not a finite number')
    return Object.is(value, -0) ? 0 : value
  }
  if (Array.isArray(value)) return value.map(fromCel)
  if (value instanceof Map) return objectFrom(value.entries())
  if (typeof value === 'object' && isPlain(value)) return objectFrom(Object.entries(value))
  throw new Error('the result is not a value of JSON: convert it with string() or int()')
}

function safeInteger(value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new Error(`the result ${value} is beyond ±(2^53−1)`)
  return number
}

function objectFrom(entries: Iterable<[unknown, unknown]>): Json {
  const result: Record<string, Json> = {}
  for (const [key, value] of entries) {
    if (typeof key !== 'string') throw new Error('the keys of an object must be strings')
    Object.defineProperty(result, key, { value: fromCel(value), enumerable: true, writable: true, configurable: true })
  }
  return result
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
