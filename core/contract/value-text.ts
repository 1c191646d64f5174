import type { Json } from '../base/json.ts'
import type { ValueSchema } from './definition.ts'
import { readJson, type JsonPath } from './read-json.ts'
import { checkValue, type Matcher } from './value.ts'

export type ReadValue =
  | { readonly value: Json; readonly fault?: never }
  | { readonly fault: string; readonly value?: never }

/**
 * The value that a text stands for: of type string the text itself, of every other type its JSON, checked against the
 * schema. A number that a double cannot hold exactly is a fault, unless the schema says `number` there.
 */
export function readValue(schema: ValueSchema, text: string, matches?: Matcher): ReadValue {
  const read = schema.type === 'string' ? { value: text, rounded: [] } : readJson(text)
  if (read.fault !== undefined) return { fault: `expected JSON, found ${read.fault}` }
  const rounded = read.rounded.find(({ path }) => schemaAt(schema, path)?.type !== 'number')
  if (rounded !== undefined) {
    return { fault: `expected ${expectedAt(schema, rounded.path, rounded.source)}, found ${rounded.source}` }
  }
  const fault = checkValue(schema, read.value, matches)
  return fault === undefined ? { value: read.value } : { fault }
}

/** The schema of an element; undefined where nothing is said about it. */
function schemaAt(schema: ValueSchema, path: JsonPath): ValueSchema | undefined {
  let current: ValueSchema | undefined = schema
  for (const _ of path) current = current?.type === 'list' ? current.items : undefined
  return current
}

function expectedAt(schema: ValueSchema, path: JsonPath, source: string): string {
  if (schemaAt(schema, path)?.type !== 'integer') return 'a number that is held exactly (a text keeps all digits)'
  return /^-?\d+$/.test(source) ? 'an integer within ±(2^53−1)' : 'an integer'
}
