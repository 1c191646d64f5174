import { isAlias, isMap, isScalar, parseDocument, type Pair, type ParsedNode, type YAMLMap } from 'yaml'
import { Problem } from '#core/base/problem.ts'
import { insertPair, type Edit, type Source } from './insert-pair.ts'

/** What a step is to ask for, as a document writes it; null leaves it as it is. */
export type WantedResources = { readonly cpu: number | null; readonly memory: string | null }

/**
 * A document in which steps ask for other resources, and in which not another byte is changed: comments, order and
 * spelling stay. Throws Problem `not_supported` where it is written in a way that cannot be changed at one place.
 */
export function writeResources(text: string, wanted: ReadonlyMap<string, WantedResources>): string {
  const document = parseDocument(text, { version: '1.2', schema: 'core', merge: false })
  const steps = valueAt(valueAt(document.contents, 'spec'), 'steps')
  const source = { text, isJson: isJson(text) }
  const edits = [...wanted].flatMap(([step, resources]) =>
    editsOf(source, { step, value: valueAt(steps, step), resources }),
  )
  return edits
    .toSorted((a, b) => b.at - a.at)
    .reduce((result, { at, end, text: put }) => result.slice(0, at) + put + result.slice(end), text)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

type Change = { readonly step: string; readonly value: unknown; readonly resources: WantedResources }

function editsOf(source: Source, { step, value, resources }: Change): Edit[] {
  const own = ownMap(value, step)
  const entries = Object.entries(resources).filter(([, wanted]) => wanted !== null)
  if (entries.length === 0) return []
  const pair = pairOf(own, 'resources')
  if (pair === undefined) return [insertPair(source, own, { key: 'resources', value: Object.fromEntries(entries) })]
  const map = ownMap(pair.value, step)
  const missing = entries.filter(([key]) => pairOf(map, key) === undefined)
  const replaced = entries.flatMap(([key, wanted]) => replace(source, pairOf(map, key), { step, wanted }))
  if (missing.length === 0) return replaced
  return [...replaced, insertPair(source, map, ...missing.map(([key, wanted]) => ({ key, value: wanted })))]
}

type Wish = { readonly step: string; readonly wanted: unknown }

function replace(source: Source, pair: YamlPair | undefined, { step, wanted }: Wish): Edit[] {
  if (pair === undefined) return []
  const { value } = pair
  if (!isScalar(value) || value.range === undefined || value.range === null) throw shared(step)
  // What carries an anchor is used elsewhere too.
  if (value.anchor !== undefined) throw shared(step)
  const isQuoted = value.type === 'QUOTE_DOUBLE' || value.type === 'QUOTE_SINGLE'
  const quote = value.type === 'QUOTE_SINGLE' ? "'" : '"'
  const inYaml = isQuoted ? `${quote}${String(wanted)}${quote}` : String(wanted)
  return [{ at: value.range[0], end: value.range[1], text: source.isJson ? JSON.stringify(wanted) : inYaml }]
}

type YamlPair = Pair<ParsedNode, ParsedNode | null>

/** A map that stands at this place alone. */
function ownMap(node: unknown, step: string): YAMLMap.Parsed {
  if (isMap(node) && node.anchor === undefined && node.range !== undefined) return node as YAMLMap.Parsed
  throw shared(step)
}

function valueAt(node: unknown, key: string): unknown {
  return isMap(node) ? pairOf(node as YAMLMap.Parsed, key)?.value : undefined
}

function pairOf(map: YAMLMap.Parsed, key: string): YamlPair | undefined {
  return map.items.find((item) => !isAlias(item.key) && isScalar(item.key) && String(item.key.value) === key)
}

function shared(step: string): Problem {
  const message = `the resources of ${step} are written by an anchor, an alias or in another rare way: change them by hand`
  return new Problem('not_supported', message, { path: `spec.steps.${step}.resources` })
}
