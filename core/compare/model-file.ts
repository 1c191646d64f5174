import { isObject } from './plain.ts'
import type { Json, JsonObject } from '#core/base/json.ts'
import type { VersionView } from '#core/contract/models.ts'
import { readDocument } from '#core/pipelines/index.ts'

type Signature = NonNullable<VersionView['signature']>
type Field = Signature['inputs'][number]

/** What is shown of an MLmodel file. */
export type ModelFile = {
  readonly signature: Signature | null
  readonly flavors: VersionView['flavors']
  /** As the file says it, such as `3.11.9`; null where it does not. */
  readonly python: string | null
}

/** What stands for a file that is not there or says nothing. */
export const NO_MODEL_FILE: ModelFile = { signature: null, flavors: {}, python: null }

/** The longest list of columns and the deepest type that is shown; texts are cut after so many characters. */
const MOST_FIELDS = 5_000
const DEEPEST = 10
const LONGEST = 500

/** Reads an MLmodel file, which anybody may have written: what is not as MLflow writes it is left out. */
export function readModelFile(text: string): ModelFile {
  const { value, issues } = readDocument(text)
  if (issues.length > 0 || !isObject(value)) return NO_MODEL_FILE
  const flavors = isObject(value['flavors']) ? value['flavors'] : {}
  const pyfunc = flavors['python_function']
  const python = isObject(pyfunc) ? pyfunc['python_version'] : undefined
  return {
    signature: isObject(value['signature']) ? signatureOf(value['signature']) : null,
    flavors: flavorsOf(flavors),
    python: typeof python === 'string' ? cut(python) : null,
  }
}

function flavorsOf(flavors: JsonObject): VersionView['flavors'] {
  return Object.fromEntries(Object.entries(flavors))
}

function signatureOf(signature: { readonly [key: string]: Json }): Signature {
  const { inputs, outputs, params } = signature
  return { inputs: fieldsOf(inputs), outputs: fieldsOf(outputs), params: fieldsOf(params) }
}

/** A list of columns, which MLflow keeps as JSON within the YAML. */
function fieldsOf(list: Json | undefined): Field[] {
  const value = typeof list === 'string' ? parseJson(list) : list
  return Array.isArray(value) ? value.slice(0, MOST_FIELDS).filter(isObject).map(fieldOf) : []
}

function fieldOf(spec: { readonly [key: string]: Json }): Field {
  const { name, required, shape } = spec
  const tensor = isObject(spec['tensor-spec']) ? spec['tensor-spec'] : undefined
  const dtype = tensor?.['dtype']
  return {
    name: typeof name === 'string' ? cut(name) : '',
    type: typeof dtype === 'string' ? cut(`tensor(${dtype})`) : cut(typeText(spec, 0)),
    shape: shapeText(tensor?.['shape'] ?? shape),
    required: required !== false && spec['default'] === undefined,
  }
}

/** `double`, `array(string)`, `object(a: long, b: string?)`. */
function typeText(spec: Json | undefined, depth: number): string {
  if (typeof spec === 'string') return spec
  if (!isObject(spec) || depth > DEEPEST) return '…'
  const { type, items, values, properties } = spec
  if (type === 'array') return `array(${typeText(items, depth + 1)})`
  if (type === 'map') return `map(${typeText(values, depth + 1)})`
  if (type === 'object' && isObject(properties)) {
    const inner = Object.entries(properties)
      .slice(0, 50)
      .map(([name, it]) => `${name}: ${typeText(it, depth + 1)}`)
    return `object(${inner.join(', ')})`
  }
  return typeof type === 'string' ? type : typeText(type, depth + 1)
}

function shapeText(shape: Json | undefined): string | null {
  if (!Array.isArray(shape)) return null
  return cut(`(${shape.map((size) => (typeof size === 'number' ? String(size) : '?')).join(', ')})`)
}

function parseJson(text: string): Json | undefined {
  try {
    // The YAML around it is at most 1 MiB, and what is deep in it is cut where it is shown.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON.parse gives nothing else
    return JSON.parse(text) as Json
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
