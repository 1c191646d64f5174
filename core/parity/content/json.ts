import type { Json } from '#core/base/json.ts'
import type { ContentDifference } from '#core/contract/parity.ts'
import type { Pair } from './content.ts'
import { difference, shownJson } from './shown.ts'

/** Larger files are compared as texts. */
const MOST_BYTES = 16 * 1024 * 1024

/** Where two values differ first; undefined: one of the two has nothing there. */
export type JsonDifference = { readonly path: string; readonly a: Json | undefined; readonly b: Json | undefined }

type Step = JsonDifference

/** The first difference of two values, keys in their order by code units; undefined where they are equal. */
export function firstJson(a: Json | undefined, b: Json | undefined): JsonDifference | undefined {
  const steps: Step[] = [{ path: '$', a, b }]
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if (step.a === step.b) continue
    const inner = within(step)
    if (inner === undefined) return step
    for (const it of inner.toReversed()) steps.push(it)
  }
  return undefined
}

/** What two lists or two objects hold, side by side; undefined where they are no such two. */
function within({ path, a, b }: Step): Step[] | undefined {
  if (isList(a) && isList(b)) {
    return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => ({ path: `${path}[${i}]`, a: a[i], b: b[i] }))
  }
  if (!isObject(a) || !isObject(b)) return undefined
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].toSorted().map((key) => ({ path: `${path}${named(key)}`, a: own(a, key), b: own(b, key) }))
}

function own(value: { readonly [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined
}

function named(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** How two JSON files differ; undefined where one is no JSON, or is too large to be read as a whole. */
export async function jsonDifference(pair: Pair): Promise<ContentDifference | undefined> {
  if (pair.a.size > MOST_BYTES || pair.b.size > MOST_BYTES) return undefined
  const [a, b] = await Promise.all([pair.a.read(0, MOST_BYTES).then(parse), pair.b.read(0, MOST_BYTES).then(parse)])
  if (a === undefined || b === undefined) return undefined
  const found = firstJson(a, b)
  if (found === undefined) return writtenDifferently
  return difference({ format: 'json', place: found.path, a: shownJson(found.a), b: shownJson(found.b) })
}

const writtenDifferently: ContentDifference = {
  format: 'json',
  place: '$',
  a: null,
  b: null,
  words: 'the same values, written differently: spaces, the order of keys, or how numbers are spelled',
}

function parse(bytes: Buffer): Json | undefined {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}
