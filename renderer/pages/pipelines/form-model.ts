import type { Problem } from '#core/base/problem.ts'
import type { Json } from '#core/base/json.ts'
import type { ValueDeclaration, ValueSchema } from '#core/contract/definition.ts'
import { readValue } from '#core/contract/value-text.ts'

/** The parameters of a pipeline by name. */
export type Declarations = ReadonlyMap<string, ValueDeclaration>
/** What the fields of a form say, by parameter; a parameter that is not in it has no value. */
export type Texts = ReadonlyMap<string, string>
/** What is wrong with fields, by parameter. */
export type Faults = ReadonlyMap<string, string>

/** How a parameter is asked for. Numbers are texts, since a control that reads them would round. */
export type Control =
  | { readonly kind: 'choice'; readonly options: readonly string[] }
  | { readonly kind: 'switch' }
  | { readonly kind: 'line'; readonly inputMode: 'text' | 'numeric' | 'decimal' }
  | { readonly kind: 'lines'; readonly isJson: boolean }

/** A text that has more is shown in a field of several lines. */
const LONG_LINE = 80
const MISSING = 'has no default: give a value'
/** A group that is repeated can take for ever to match; only the core gives up in time. */
const MAY_BE_SLOW = /\)[*+{]/

/** The declarations of a document that the core has validated. */
export function declarationsOf(parameters: Readonly<Record<string, Json>>): Declarations {
  return new Map(Object.entries(parameters as unknown as Record<string, ValueDeclaration>))
}

/** The control that fits a declaration, and the text that it begins with. */
export function controlOf(declaration: ValueDeclaration, text: string | undefined): Control {
  const { type, enum: allowed } = declaration
  if (allowed !== undefined) {
    return { kind: 'choice', options: [...new Set(allowed.map((value) => textOf(declaration, value)))] }
  }
  switch (type) {
    case 'boolean':
      return declaration.default === undefined ? { kind: 'choice', options: ['true', 'false'] } : { kind: 'switch' }
    case 'integer':
      return { kind: 'line', inputMode: 'numeric' }
    case 'number':
      return { kind: 'line', inputMode: 'decimal' }
    case 'string':
      return isLong(text) ? { kind: 'lines', isJson: false } : { kind: 'line', inputMode: 'text' }
    case 'list':
    case 'object':
      return { kind: 'lines', isJson: true }
  }
}

function isLong(text: string | undefined): boolean {
  return text !== undefined && (text.length > LONG_LINE || text.includes('\n'))
}

/** The text that stands for a value in a field and in `parameterTexts`: a text as it is, all else as JSON. */
export function textOf(schema: ValueSchema, value: Json): string {
  if (schema.type === 'string' && typeof value === 'string') return value
  const short = JSON.stringify(value)
  return typeof value === 'object' && short.length > LONG_LINE ? JSON.stringify(value, null, 2) : short
}

/** The text of the default; undefined where there is none. */
export function defaultText(declaration: ValueDeclaration): string | undefined {
  return declaration.default === undefined ? undefined : textOf(declaration, declaration.default)
}

/** What fields say before anybody typed. */
export type Start = {
  readonly texts: Texts
  /** Parameters of the run that the pipeline has no more. */
  readonly gone: readonly string[]
}

/** The defaults, and over them the values of a run that is run again. */
export function startTexts(declarations: Declarations, values: Readonly<Record<string, Json>> = {}): Start {
  const texts = new Map<string, string>()
  for (const [name, declaration] of declarations) {
    const value = Object.hasOwn(values, name) ? values[name] : declaration.default
    if (value !== undefined) texts.set(name, textOf(declaration, value))
  }
  return { texts, gone: Object.keys(values).filter((name) => !declarations.has(name)) }
}

/**
 * What is wrong with the text of one field, in the words of the command line. A pattern that may be slow is left to the
 * core, which is asked anyway.
 */
export function faultOf(declaration: ValueDeclaration, text: string | undefined): string | undefined {
  return text === undefined ? MISSING : readValue(declaration, text, matchesOrWaits).fault
}

function matchesOrWaits(pattern: string, text: string): boolean {
  return MAY_BE_SLOW.test(pattern) || new RegExp(pattern, 'u').test(text)
}

/** What is wrong with every field. */
export function faultsOf(declarations: Declarations, texts: Texts): Faults {
  const faults = [...declarations].flatMap(([name, declaration]): [string, string][] => {
    const fault = faultOf(declaration, texts.get(name))
    return fault === undefined ? [] : [[name, fault]]
  })
  return new Map(faults)
}

/** The texts that differ from the defaults: what is left out, the core fills in. */
export function textsToSend(declarations: Declarations, texts: Texts): Record<string, string> {
  const changed = [...texts].filter(([name, text]) => {
    const declaration = declarations.get(name)
    return declaration !== undefined && text !== defaultText(declaration)
  })
  return Object.fromEntries(changed)
}

/** What a Problem says of fields, and what it says beside that. */
export type ByField = { readonly faults: Faults; readonly rest: string | undefined }

/** A Problem of a start, taken apart: each issue that names a parameter belongs to its field. */
export function byField(problem: Problem, declarations: Declarations): ByField {
  const faults = new Map<string, string>()
  const rest: string[] = []
  for (const { message, path } of problem.issues) {
    if (path !== undefined && declarations.has(path)) faults.set(path, message)
    else rest.push(path === undefined ? message : `${path}: ${message}`)
  }
  if (problem.path !== undefined && declarations.has(problem.path)) faults.set(problem.path, problem.message)
  if (faults.size === 0) return { faults, rest: problem.message }
  return { faults, rest: rest.length === 0 ? undefined : rest.join('; ') }
}

/** What a declaration allows, for people: `integer, at least 1, at most 10`. */
export function allowedText({ type, items, minimum, maximum, pattern }: ValueSchema): string {
  const parts = [type === 'list' && items !== undefined ? `list of ${items.type}s` : type === 'string' ? 'text' : type]
  if (minimum !== undefined) parts.push(`at least ${minimum}`)
  if (maximum !== undefined) parts.push(`at most ${maximum}`)
  if (pattern !== undefined) parts.push(`matches /${pattern}/`)
  return parts.join(', ')
}

/** How many steps may run at once: undefined where nothing is said, a fault where it is no number from 1 to 1,024. */
export function readParallelism(text: string): { readonly value?: number; readonly fault?: string } {
  if (text.trim() === '') return {}
  const { value, fault } = readValue({ type: 'integer', minimum: 1, maximum: 1024 }, text)
  return typeof value === 'number' ? { value } : { fault: fault ?? '' }
}
