import { canonicalJson, valueText, type Json, type JsonObject } from '../base/json.ts'
import type { PushChange, PushRecord } from './pushed.ts'

/** As many differences are told one by one. */
const MOST_CHANGES = 300
const SHOWN_LENGTH = 120
const SHOWN_DIGITS = 12

type Part = PushChange['part']

/** Something with a name that is there or not; its first leaf stands for it where it is there on one side alone. */
type Group = {
  readonly leaves: ReadonlyMap<string, Json>
  /** Compared where no leaf differs. */
  readonly stamp?: string
}
type Groups = ReadonlyMap<string, Group>

/**
 * How two pushes differ, by the names that a person knows: empty exactly where they are the same but for `keys`. All is
 * `added` where there was none before. Pure. At most 301 changes; the last then says how many more there are.
 */
export function diffPushes(before: PushRecord | null, after: PushRecord): PushChange[] {
  const all = PARTS.flatMap(([part, groupsOf]) =>
    groupChanges(part, before === null ? new Map() : groupsOf(before), groupsOf(after)),
  )
  if (before !== null && all.length === 0 && contentOf(before) !== contentOf(after)) {
    return [{ part: 'definition', name: 'template', change: 'changed', before: before.template, after: after.template }]
  }
  const more = all.length - MOST_CHANGES
  const [first] = all.slice(MOST_CHANGES)
  if (first === undefined) return all
  const rest: PushChange = { part: first.part, name: `${more} more`, change: 'changed', before: null, after: null }
  return [...all.slice(0, MOST_CHANGES), rest]
}

/** Who stands where, in the order in which people want to know. */
const PARTS: readonly (readonly [Part, (record: PushRecord) => Groups])[] = [
  ['definition', definitionGroups],
  ['parameter', parameterGroups],
  ['step', stepGroups],
  ['environment', environmentGroups],
  ['code', ({ code }) => textGroups(code.files)],
  ['input', ({ inputs }) => textGroups(inputs)],
  ['image', ({ images }) => textGroups(images, (name) => (name === '' ? '(no environment)' : name))],
]

function contentOf({ keys: _keys, ...content }: PushRecord): string {
  return canonicalJson(content)
}

function groupChanges(part: Part, before: Groups, after: Groups): PushChange[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted()
  return names.flatMap((name) => {
    const [left, right] = [before.get(name), after.get(name)]
    if (left !== undefined && right !== undefined) return leafChanges(part, { name, left, right })
    const value = shown([...((left ?? right)?.leaves.values() ?? [])][0])
    if (left === undefined) return [{ part, name, change: 'added' as const, before: null, after: value }]
    return [{ part, name, change: 'removed' as const, before: value, after: null }]
  })
}

type Pair = { readonly name: string; readonly left: Group; readonly right: Group }

function leafChanges(part: Part, { name: group, left, right }: Pair): PushChange[] {
  const names = [...new Set([...left.leaves.keys(), ...right.leaves.keys()])]
  const changes = names.flatMap((name): PushChange[] => {
    const [before, after] = [left.leaves.get(name), right.leaves.get(name)]
    if (before === undefined) return [{ part, name, change: 'added', before: null, after: shown(after) }]
    if (after === undefined) return [{ part, name, change: 'removed', before: shown(before), after: null }]
    if (canonicalJson(before) === canonicalJson(after)) return []
    return [{ part, name, change: 'changed', before: shown(before), after: shown(after) }]
  })
  if (changes.length > 0 || left.stamp === right.stamp) return changes
  const stamps = { before: shown(left.stamp), after: shown(right.stamp) }
  return [{ part, name: group, change: 'changed', ...stamps }]
}

/** Shortened, hashes to their first digits; null of nothing. */
function shown(value: Json | undefined): string | null {
  if (value === undefined) return null
  const text = valueText(value).replaceAll(/[0-9a-f]{64}/g, (hash) => hash.slice(0, SHOWN_DIGITS))
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH - 1)}…`
}

function definitionGroups({ definition }: PushRecord): Groups {
  const { parameters: _parameters, steps: _steps, ...rest } = definition
  const leaves = Object.entries(rest).flatMap(([name, value]) => leavesOf(name, value))
  return new Map(leaves.map(([name, value]) => [name, { leaves: new Map([[name, value]]) }]))
}

/** The value that it has, and each field of its declaration. */
function parameterGroups({ definition, parameters }: PushRecord): Groups {
  const declared = objectOf(definition['parameters'])
  const names = new Set([...Object.keys(declared), ...Object.keys(parameters)])
  const groups = [...names].map((name): [string, Group] => {
    const fields = Object.entries(objectOf(declared[name])).map(
      ([field, value]) => [`${name}.${field}`, value] as const,
    )
    return [name, { leaves: new Map([[name, parameters[name] ?? null], ...fields]) }]
  })
  return new Map(groups)
}

function stepGroups({ definition }: PushRecord): Groups {
  const steps = Object.entries(objectOf(definition['steps'])).map(([name, step]): [string, Group] => {
    const { command, ...fields } = objectOf(step)
    const own = Object.entries({ ...(command === undefined ? {} : { command }), ...fields })
    return [`steps.${name}`, { leaves: new Map(own.flatMap(([field, it]) => leavesOf(`steps.${name}.${field}`, it))) }]
  })
  return new Map(steps)
}

function environmentGroups({ environments }: PushRecord): Groups {
  const groups = Object.entries(environments).map(([name, { base, packages, digest }]): [string, Group] => {
    const versions = Object.entries(packages).map(([it, version]) => [`${name}: ${it}`, version] as const)
    return [name, { leaves: new Map([[name, base], ...versions]), stamp: digest }]
  })
  return new Map(groups)
}

function textGroups(texts: Readonly<Record<string, string>>, named = (name: string): string => name): Groups {
  return new Map(
    Object.entries(texts).map(([key, text]) => [named(key), { leaves: new Map([[named(key), text]]) }] as const),
  )
}

/** Each entry of an object by its name; any other value as it is. */
function leavesOf(name: string, value: Json): [string, Json][] {
  if (!isObject(value)) return [[name, value]]
  return Object.entries(value).map(([key, inner]) => [`${name}.${key}`, inner])
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
