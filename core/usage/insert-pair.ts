import { isAlias, isMap, isScalar, isSeq, type YAMLMap } from 'yaml'

/** A piece of a text that another takes the place of. */
export type Edit = { readonly at: number; readonly end: number; readonly text: string }

export type NewPair = { readonly key: string; readonly value: unknown }

/** A document; every text that is JSON has to stay so. */
export type Source = { readonly text: string; readonly isJson: boolean }

/** How pairs are spelled in a text. */
type Spelling = { readonly isJson: boolean; readonly isTight: boolean }

/** What puts pairs into a map of a text, as its other pairs are written: after the last where that can be, else before the first. */
export function insertPair(source: Source, map: YAMLMap.Parsed, ...pairs: readonly NewPair[]): Edit {
  const { text } = source
  const spelling = spellingOf(source, map)
  const lines = pairs.map((pair) => pairText(pair, spelling))
  if (map.flow === true) return insertFlow(map, lines.join(', '))
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const first = rangeOf(map.items[0]?.key)?.[0] ?? map.range[0]
  const indent = text.slice(text.lastIndexOf('\n', first - 1) + 1, first)
  const end = endOf(map)
  if (end === undefined) return insertAt(first, lines.map((line) => `${line}${newline}${indent}`).join(''))
  return insertAt(lineEnd(text, end), lines.map((line) => `${newline}${indent}${line}`).join(''))
}

function insertAt(at: number, text: string): Edit {
  return { at, end: at, text }
}

function insertFlow(map: YAMLMap.Parsed, pairs: string): Edit {
  const last = map.items.at(-1)
  if (last === undefined) return insertAt(map.range[0] + 1, pairs)
  const end = rangeOf(last.value)?.[1] ?? rangeOf(last.key)?.[1] ?? map.range[0] + 1
  return insertAt(end, `, ${pairs}`)
}

function pairText({ key, value }: NewPair, spelling: Spelling): string {
  return `${spelling.isJson ? JSON.stringify(key) : key}: ${valueText(value, spelling)}`
}

/** A value, or a map of values, in one line. */
function valueText(value: unknown, { isJson, isTight }: Spelling): string {
  if (isJson) return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const inner = Object.entries(value).map(([name, one]) => `${name}: ${String(one)}`)
  return isTight ? `{${inner.join(', ')}}` : `{ ${inner.join(', ')} }`
}

/** How values beside those of a map are spelled. */
function spellingOf({ text, isJson }: Source, map: YAMLMap.Parsed): Spelling {
  return { isJson: isJson || hasQuotedKeys(map), isTight: !/\{ \S/.test(text) }
}

/** Where JSON is written within YAML. */
function hasQuotedKeys(map: YAMLMap.Parsed): boolean {
  const key = map.items[0]?.key
  return map.flow === true && isScalar(key) && key.type === 'QUOTE_DOUBLE'
}

/** Where the last value of a block ends; undefined where only its reader knows, as of a text of several lines. */
function endOf(node: unknown): number | undefined {
  if ((isMap(node) || isSeq(node)) && node.flow !== true) {
    const last = node.items.at(-1)
    return endOf(isMap(node) ? (last as YAMLMap.Parsed['items'][number] | undefined)?.value : last)
  }
  if (isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')) return undefined
  return isScalar(node) || isAlias(node) || isMap(node) || isSeq(node) ? rangeOf(node)?.[1] : undefined
}

function rangeOf(node: unknown): readonly [number, number, number] | undefined {
  return isScalar(node) || isAlias(node) || isMap(node) || isSeq(node) ? (node.range ?? undefined) : undefined
}

/** The end of the line, before its newline: what stands there beside a value is a comment. */
function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from)
  if (newline === -1) return text.length
  return text[newline - 1] === '\r' ? newline - 1 : newline
}
