import type { ContentDifference } from '#core/contract/parity.ts'
import { firstByte, partOf, type Content, type Pair, type Range } from './content.ts'
import { openTexts, readOnnx, textIn, textsIn, type OnnxModel } from './onnx-model.ts'
import { tensorDifference } from './onnx-tensor.ts'
import { ATTRIBUTE_VALUES, firstValue } from './onnx-values.ts'
import { DamagedMessage, readFields } from './protobuf.ts'
import { difference, shown } from './shown.ts'

type Models = { readonly a: OnnxModel; readonly b: OnnxModel }
type Found = Promise<ContentDifference | undefined>

/** How two models of ONNX differ: what they compute first, then what is noted. Undefined where one is no model. */
export async function onnxDifference(pair: Pair, signal?: AbortSignal): Found {
  try {
    const [a, b] = await Promise.all([readOnnx(pair.a), readOnnx(pair.b)])
    if (a === undefined || b === undefined) return undefined
    const models = { a, b }
    return (
      texts(models, 'opsets', 'opset of') ??
      (await nodes(models, signal)) ??
      (await initializers(models, signal)) ??
      (await ports(models, 'inputs')) ??
      (await ports(models, 'outputs')) ??
      texts(models, 'notes', '') ??
      elsewhere
    )
  } catch (error) {
    if (error instanceof DamagedMessage) return undefined
    throw error
  }
}

const elsewhere: ContentDifference = {
  format: 'onnx',
  place: 'model',
  a: null,
  b: null,
  words: 'the same opsets, nodes, initializers, inputs and outputs: the files differ in what is noted beside them',
}

function at(place: string, a: string | null, b: string | null): ContentDifference {
  return difference({ format: 'onnx', place, a, b })
}

/** The first text by name that differs. */
function texts({ a, b }: Models, part: 'opsets' | 'notes', what: string): ContentDifference | undefined {
  const names = [...new Set([...a[part].keys(), ...b[part].keys()])]
  const name = names.find((it) => a[part].get(it) !== b[part].get(it))
  if (name === undefined) return undefined
  return at(`${what} ${name}`.trim(), a[part].get(name) ?? null, b[part].get(name) ?? null)
}

async function nodes({ a, b }: Models, signal?: AbortSignal): Found {
  for (let i = 0; i < Math.max(a.nodes.length, b.nodes.length); i += 1) {
    signal?.throwIfAborted()
    const [one, other] = [a.nodes[i], b.nodes[i]]
    if (one === undefined || other === undefined) {
      return at('number of nodes', String(a.nodes.length), String(b.nodes.length))
    }
    if (await isSame(places({ a, b }, one, other))) continue
    return nodeDifference(`node ${i}`, places({ a, b }, one, other))
  }
  return undefined
}

type Places = { readonly a: Place; readonly b: Place }
type Place = { readonly content: Content; readonly range: Range }

function places({ a, b }: Models, one: Range, other: Range): Places {
  return { a: { content: a.content, range: one }, b: { content: b.content, range: other } }
}

async function nodeDifference(node: string, { a, b }: Places): Promise<ContentDifference> {
  const text = ({ content, range }: Place, field: number) => textIn(content, range, field)
  const [one, other] = await Promise.all([text(a, 4), text(b, 4)])
  if (one !== other) return at(node, one, other)
  const name = await text(a, 3)
  const label = `${node} (${shown(name === '' ? one : `${one} ${name}`)})`
  for (const [field, what] of NODE_TEXTS) {
    const [x, y] = await Promise.all([a, b].map(({ content, range }) => textsIn(content, range, field)))
    if (String(x) !== String(y)) return at(`${label}, ${what}`, String(x), String(y))
  }
  return (await attributes(label, { a, b })) ?? at(label, null, null)
}

const NODE_TEXTS = [
  [3, 'name'],
  [7, 'domain'],
  [1, 'inputs'],
  [2, 'outputs'],
] as const

async function attributes(label: string, { a, b }: Places): Found {
  const [left, right] = await Promise.all([attributesOf(a), attributesOf(b)])
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const place = `${label}, attribute ${shown(name)}`
    const [one, other] = [left.get(name), right.get(name)]
    if (one === undefined || other === undefined) return at(place, presence(one), presence(other))
    const [x, y] = [
      { content: a.content, range: one },
      { content: b.content, range: other },
    ]
    if (await isSame({ a: x, b: y })) continue
    const found = await firstValue(x, y, ATTRIBUTE_VALUES)
    return found === undefined ? at(place, null, null) : at(`${place}[${found.index}]`, found.a, found.b)
  }
  return undefined
}

async function attributesOf({ content, range }: Place): Promise<Map<string, Range>> {
  const found = new Map<string, Range>()
  const keep = openTexts()
  for await (const field of readFields(content, range)) {
    if (field.number === 5) found.set(keep(await textIn(content, field, 1)), field)
  }
  return found
}

async function initializers({ a, b }: Models, signal?: AbortSignal): Found {
  for (const name of new Set([...a.initializers.keys(), ...b.initializers.keys()])) {
    signal?.throwIfAborted()
    const place = `initializer ${shown(name)}`
    const [one, other] = [a.initializers.get(name), b.initializers.get(name)]
    if (one === undefined || other === undefined) return at(place, presence(one), presence(other))
    const both = places({ a, b }, one, other)
    if (await isSame(both)) continue
    const found = await tensorDifference(both.a, both.b)
    return found === undefined ? at(place, null, null) : at(`${place}${found.place}`, found.a, found.b)
  }
  return undefined
}

async function ports({ a, b }: Models, part: 'inputs' | 'outputs'): Found {
  const what = part.slice(0, -1)
  const [left, right] = [[...a[part].keys()].join(', '), [...b[part].keys()].join(', ')]
  if (left !== right) return at(part, left, right)
  for (const [name, range] of a[part]) {
    const other = b[part].get(name)
    if (other !== undefined && !(await isSame(places({ a, b }, range, other)))) {
      return at(`type or shape of the ${what} ${shown(name)}`, null, null)
    }
  }
  return undefined
}

function presence(range: Range | undefined): string | null {
  return range === undefined ? null : 'there'
}

async function isSame({ a, b }: Places): Promise<boolean> {
  if (a.range.end - a.range.start !== b.range.end - b.range.start) return false
  return (await firstByte({ a: partOf(a.content, a.range), b: partOf(b.content, b.range) })) === undefined
}
