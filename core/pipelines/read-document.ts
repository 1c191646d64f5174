import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
  parseDocument,
  type Document,
  type Node,
  type ParsedNode,
} from 'yaml'
import type { Issue, Place } from '#core/base/problem.ts'
import type { Json } from '#core/base/json.ts'
import { aliasTargets } from './alias-targets.ts'

const MAX_BYTES = 1024 * 1024
const MAX_DEPTH = 100
const MAX_NODES = 200_000

/** A document as plain data, with the place of every value and key. */
export type ReadDocument = {
  readonly value: Json
  readonly issues: readonly Issue[]
  /** The place of the value at a path, or of its nearest ancestor that has one. */
  placeOf(path: readonly PathPart[]): Place | undefined
}
export type PathPart = string | number

/** A path as people read it: `spec.steps.train.command[2]`. */
export function pathText(path: readonly PathPart[]): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('')
}

/**
 * Reads YAML (1.2, core schema; so JSON too) into plain data. Never throws on bad input and never runs long: size,
 * depth and the number of nodes after aliases are bounded. What is wrong stands in `issues`, with its place.
 */
export function readDocument(text: string): ReadDocument {
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_BYTES) {
    const message = `the document has ${(bytes / 1e6).toFixed(1)} MB, a pipeline may have 1 MB: move data into files and name them as inputs`
    return failed({ code: 'document_too_large', message })
  }
  const deep = findTooDeep(text)
  if (deep !== undefined) return failed(deep)
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: false,
    version: '1.2',
    schema: 'core',
  })
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  // A warning is about a tag that is not known, which would silently read as something else.
  const issues: Issue[] = [...document.errors, ...document.warnings].map((error) => ({
    code: error.code === 'DUPLICATE_KEY' ? 'duplicate_key' : 'document_syntax',
    message:
      error.code === 'DUPLICATE_KEY' ? 'this key stands twice in the same map: remove one of the two' : error.message,
    place: at(error.pos[0]),
  }))
  if (issues.length > 0 || document.contents === null) {
    if (issues.length === 0)
      issues.push({ code: 'document_syntax', message: 'the document is empty', place: { line: 1, column: 1 } })
    return { value: null, issues, placeOf: () => undefined }
  }
  return toData(document, at)
}

function failed(issue: Issue): ReadDocument {
  return { value: null, issues: [issue], placeOf: () => undefined }
}

/** Nesting is measured before the tree is composed, since composing is recursive. */
function findTooDeep(text: string): Issue | undefined {
  let depth = 0
  for (let i = 0; i < text.length && depth <= MAX_DEPTH; i += 1) {
    const char = text.charCodeAt(i)
    if (char === 0x5b || char === 0x7b) depth += 1
    else if (char === 0x5d || char === 0x7d) depth -= 1
  }
  // Brackets may stand in texts, so only a suspicion is looked at closely; deep block nesting needs deep indentation.
  if (depth <= MAX_DEPTH && !/(^|\n)([ \t]|- |\? ){100}/.test(text)) return undefined
  for (const token of new Parser().parse(text)) {
    const offset = tooDeepOffset(token)
    if (offset !== undefined) {
      const before = text.slice(0, offset).split('\n')
      return {
        code: 'document_too_deep',
        message: `the document is nested more than ${MAX_DEPTH} levels deep: flatten it`,
        place: { line: before.length, column: (before.at(-1) ?? '').length + 1 },
      }
    }
  }
  return undefined
}

function tooDeepOffset(root: unknown): number | undefined {
  const stack: { node: unknown; depth: number }[] = [{ node: root, depth: 0 }]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, depth } = next
    if (typeof node !== 'object' || node === null) continue
    if (depth > MAX_DEPTH) return 'offset' in node && typeof node.offset === 'number' ? node.offset : 0
    if ('value' in node) stack.push({ node: node.value, depth })
    if ('items' in node && Array.isArray(node.items)) {
      for (const item of node.items as { key?: unknown; value?: unknown }[]) {
        stack.push({ node: item.key, depth: depth + 1 }, { node: item.value, depth: depth + 1 })
      }
    }
  }
  return undefined
}

function toData(document: Document.Parsed, at: (offset: number) => Place): ReadDocument {
  const issues: Issue[] = []
  const targets = aliasTargets(document)
  let nodes = 0
  const add = (code: Issue['code'], message: string, node: Node | undefined): null => {
    const place = node?.range ? at(node.range[0]) : undefined
    issues.push({ code, message, ...(place === undefined ? {} : { place }) })
    return null
  }
  const convert = (node: ParsedNode | null, path: PathPart[]): Json => {
    nodes += 1
    if (nodes > MAX_NODES || path.length > MAX_DEPTH) {
      if (issues.length === 0)
        add('document_too_large', 'aliases make the document explode: write the values out', node ?? undefined)
      return null
    }
    if (node === null) return null
    if (isAlias(node)) return convert((targets.get(node) as ParsedNode | undefined) ?? null, path)
    if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:'))
      return add('document_syntax', `the tag ${node.tag} is not known: remove it`, node)
    if (isSeq(node)) return node.items.map((item, i) => convert(item, [...path, i]))
    if (isMap(node)) return convertMap(node.items, path)
    return isScalar(node) ? scalarValue(node.value, node) : null
  }
  const convertMap = (pairs: { key: ParsedNode; value: ParsedNode | null }[], path: PathPart[]): Json => {
    const result: Record<string, Json> = {}
    for (const { key, value } of pairs) {
      if (!isScalar(key)) return add('document_syntax', 'a key must be a plain text', key)
      const name = String(key.value)
      if (name === '__proto__')
        return add('unknown_key', 'the key "__proto__" is not allowed: choose another name', key)
      if (Object.hasOwn(result, name))
        add('duplicate_key', `the key "${name}" stands twice: remove one of the two`, key)
      result[name] = convert(value, [...path, name])
    }
    return result
  }
  const scalarValue = (value: unknown, node: Node): Json => {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value === 'number' && Number.isFinite(value)) {
      if (Number.isInteger(value) && !Number.isSafeInteger(value) && !isWrittenAsFloat(node))
        return add('invalid_value', 'the number is beyond ±(2^53−1): write it as a text in quotes', node)
      return value
    }
    return add('invalid_value', 'this is not a value of JSON: write a finite number or a text in quotes', node)
  }
  const value = convert(document.contents, [])
  return { value, issues, placeOf: (path) => at(offsetOf(document, path)) }
}

/** Where the value at a path begins, or its key in a map; the nearest that exists where it does not. */
function offsetOf(document: Document.Parsed, path: readonly PathPart[]): number {
  let node: unknown = document.contents
  let offset = document.contents?.range[0] ?? 0
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part))
      if (pair === undefined) return offset
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(part)]
      if (!isNode(node)) return offset
      offset = node.range?.[0] ?? offset
    } else return offset
  }
  return offset
}

/** `1e21` is a number, as rounded as any; all digits of `1000000000000000000000` are meant, and would not be kept. */
function isWrittenAsFloat(node: Node): boolean {
  return isScalar(node) && /^[-+]?[\d.]*[.e][\d.e+-]*$/i.test(node.source ?? '')
}
