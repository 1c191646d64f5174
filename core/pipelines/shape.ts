import type { z } from 'zod'
import { didYouMean } from '#core/base/nearest.ts'
import type { Json } from '#core/base/json.ts'
import { StepDocument } from '#core/contract/document.ts'
import type { ProblemCode } from '#core/base/problem-codes.ts'
import type { PathPart } from './read-document.ts'

type ShapeIssue = { readonly code: ProblemCode; readonly message: string; readonly path: readonly PathPart[] }
type RawIssue = z.core.$ZodIssue

/** Step kinds that later versions bring; naming them gives a better sentence than "unknown key". */
const LATER_KINDS = ['notebook', 'pipeline', 'spark', 'train', 'deploy']

/** What a schema found, in our words: unknown keys with the nearest known one, missing keys, wrong types. */
export function shapeIssues(error: z.ZodError, value: Json, schema: z.ZodType): ShapeIssue[] {
  const keys = Object.keys('shape' in schema && typeof schema.shape === 'object' ? (schema.shape ?? {}) : {})
  return error.issues.flatMap((issue) => toShapeIssues(issue, value, keys))
}

function toShapeIssues(issue: RawIssue, root: Json, rootKeys: readonly string[]): ShapeIssue[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, path.length === 0 ? rootKeys : (KEYS_AT[keyOf(path)] ?? [])))
    case 'invalid_type':
    case 'invalid_value':
      if (isMissing(root, path)) return missing(path)
      return [{ code: 'wrong_type', message: issueMessage(issue, valueAt(root, path)), path }]
    case 'invalid_key':
      return issue.issues.map((inner) => ({ code: 'invalid_name', message: inner.message, path }))
    case 'invalid_union':
      return unionIssues(issue, root, path)
    default:
      return [{ code: 'invalid_value', message: issue.message, path }]
  }
}

function unknownKey(key: string, path: PathPart[], known: readonly string[]): ShapeIssue {
  if (LATER_KINDS.includes(key) && known.includes('command')) {
    return {
      code: 'not_supported',
      message: `the step kind "${key}" is not in this version yet: use a command`,
      path: [...path, key],
    }
  }
  const isOfCommand = known.includes('register') && key in StepDocument.shape
  const message = isOfCommand
    ? `a register step has no "${key}", since it starts nothing: take it out`
    : `unknown key "${key}"${didYouMean(key, known.includes('command') ? [...known, 'register'] : known)}`
  return { code: 'unknown_key', message, path: [...path, key] }
}

/** What is wrong by the branch of a union that was most likely meant; else the sentence that names all branches. */
function unionIssues(issue: Extract<RawIssue, { code: 'invalid_union' }>, root: Json, path: PathPart[]): ShapeIssue[] {
  const value = valueAt(root, path)
  if (isMissing(root, path)) return missing(path)
  const meant = issue.errors.filter((errors) => knowsSomeKey(errors, value)).toSorted((a, b) => a.length - b.length)[0]
  if (meant === undefined) return [{ code: 'wrong_type', message: issue.message, path }]
  return meant.flatMap((inner) => toShapeIssues({ ...inner, path: [...path, ...inner.path] }, root, []))
}

/** Whether a branch of a union is for values like this one: a map, at least one key of which it knows. */
function knowsSomeKey(errors: readonly RawIssue[], value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const unknown = errors.flatMap((it) => (it.code === 'unrecognized_keys' && it.path.length === 0 ? it.keys : []))
  const another = errors.some((it) => it.path.length === 0 && it.code !== 'unrecognized_keys')
  return !another && unknown.length < Object.keys(value).length
}

function missing(path: PathPart[]): ShapeIssue[] {
  return [{ code: 'missing_key', message: `the key "${String(path.at(-1))}" is missing`, path }]
}

function issueMessage(issue: RawIssue, value: unknown): string {
  if (issue.code !== 'invalid_type' || !issue.message.startsWith('Invalid input')) return issue.message
  const names: Record<string, string> = {
    record: 'a map',
    object: 'a map',
    array: 'a list',
    string: 'a text',
    number: 'a number',
    boolean: 'true or false',
    int: 'a whole number',
  }
  return `${names[issue.expected] ?? issue.expected} is wanted here, this is ${nameOf(value)}`
}

function nameOf(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  const names: Record<string, string> = { object: 'a map', string: 'a text', number: 'a number', boolean: 'a boolean' }
  return names[typeof value] ?? typeof value
}

function valueAt(root: Json, path: readonly PathPart[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null ? (value as Record<PathPart, unknown>)[part] : undefined,
    root,
  )
}

function isMissing(root: Json, path: readonly PathPart[]): boolean {
  return path.length > 0 && valueAt(root, path) === undefined
}

/** Known keys of the nested maps, for suggestions; `*` stands for any name. */
const VALUE_KEYS = ['type', 'items', 'default', 'enum', 'minimum', 'maximum', 'pattern', 'description']
const KEYS_AT: Record<string, readonly string[]> = {
  metadata: ['name', 'description'],
  spec: ['parameters', 'code', 'environments', 'defaults', 'steps', 'outputs'],
  'spec.defaults': ['environment', 'timeout', 'retry', 'resources', 'network', 'cache', 'env'],
  'spec.parameters.*': VALUE_KEYS,
  'spec.environments.*': ['python', 'packages', 'image', 'dockerfile'],
  'outputs.*': VALUE_KEYS,
  'inputs.*': ['file', 'folder'],
  register: ['model', 'from', 'alias', 'description', 'tags'],
  retry: ['limit', 'backoff'],
  'retry.backoff': ['duration', 'factor', 'cap'],
  resources: ['cpu', 'memory', 'gpu', 'pids', 'shm'],
}

function keyOf(path: readonly PathPart[]): string {
  const text = path.map(String)
  const exact = text.join('.')
  if (Object.hasOwn(KEYS_AT, exact)) return exact
  return [...text.slice(0, -1), '*'].join('.')
}
