import { isMap, isScalar, isSeq, stringify, type Document, type Pair, type YAMLMap } from 'yaml'
import { SECTIONS, type NamedEntry, type Section } from './kubeconfig-shape.ts'

/** What becomes of a kubeconfig. */
export type KubeconfigChange = {
  /** Entries that are to be there, in place of those of their names. */
  readonly put: Readonly<Partial<Record<Section, NamedEntry>>>
  /** Names of entries that go. */
  readonly drop: Readonly<Partial<Record<Section, string>>>
  /** The context that is to be the current one; it stays where absent. */
  readonly current?: string
}

type Edit = { readonly start: number; readonly end: number; readonly text: string }

/** Changes the text at the places concerned alone; undefined where it is not written in lines. */
export function splice(text: string, { contents }: Document, change: KubeconfigChange): string | undefined {
  if (!isMap(contents) || contents.flow === true) return undefined
  const edits: Edit[] = []
  let end = ''
  for (const section of SECTIONS) {
    const [entry, gone] = [change.put[section], change.drop[section]]
    const pair = pairOf(contents, section)
    if (entry !== undefined && pair === undefined) end += `${section}:\n${item(entry, 0)}`
    const edit = entry !== undefined && pair !== undefined ? putEdit(text, pair, entry) : dropEdit(text, pair, gone)
    if (edit === undefined && pair !== undefined && (entry !== undefined || gone !== undefined)) return undefined
    if (edit !== undefined) edits.push(edit)
  }
  if (change.current !== undefined) {
    const pair = pairOf(contents, 'current-context')
    const value = stringify(change.current).trimEnd()
    if (pair === undefined) end += `current-context: ${value}\n`
    else edits.push(valueEdit(pair, ` ${value}`))
  }
  return withEnd(apply(text, edits), end, text.includes('\r\n'))
}

function apply(text: string, edits: readonly Edit[]): string {
  let result = text
  for (const { start, end, text: words } of edits.toSorted((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + words + result.slice(end)
  }
  return result
}

function withEnd(text: string, end: string, isWindows: boolean): string {
  const whole = end === '' || text.endsWith('\n') ? text + end : `${text}\n${end}`
  return isWindows ? whole.replaceAll(/\r?\n/g, '\r\n') : whole
}

function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && key.value === name)
}

/** From the end of a key to the end of its value. */
function valueEdit({ key, value }: Pair, words: string): Edit {
  const [, start] = rangeOf(key)
  const [, end] = rangeOf(value)
  return { start, end: Math.max(end, start + 1), text: `:${words}` }
}

/** Puts an entry in the place of the one of its name, else after the last. */
function putEdit(text: string, pair: Pair, entry: NamedEntry): Edit | undefined {
  const list = pair.value
  if (!isSeq(list) || list.items.length === 0) return valueEdit(pair, `\n${item(entry, 0).trimEnd()}`)
  if (list.flow === true) return undefined
  const listStart = rangeOf(list)[0]
  const indent = listStart - lineStart(text, listStart)
  const same = list.items.find((it) => isMap(it) && it.get('name') === entry.name)
  if (same !== undefined) {
    const [start, end] = rangeOf(same)
    const lines = item(entry, indent).slice(indent + 2)
    return { start, end, text: text[end - 1] === '\n' ? lines : lines.trimEnd() }
  }
  const at = lineEnd(text, rangeOf(list.items.at(-1))[1])
  const isAtLine = text[at - 1] === '\n'
  return { start: at, end: at, text: isAtLine ? item(entry, indent) : `\n${item(entry, indent).trimEnd()}` }
}

/** Takes the lines of an entry away. */
function dropEdit(text: string, pair: Pair | undefined, name: string | undefined): Edit | undefined {
  const list = pair?.value
  if (pair === undefined || name === undefined || !isSeq(list) || list.flow === true) return undefined
  const one = list.items.find((it) => isMap(it) && it.get('name') === name)
  if (one === undefined) return undefined
  if (list.items.length === 1) return valueEdit(pair, ` []${text[rangeOf(list)[1] - 1] === '\n' ? '\n' : ''}`)
  const [start, end] = rangeOf(one)
  const after = lineEnd(text, end)
  return { start: lineStart(text, start), end: text[after - 1] === '\n' ? after : after + 1, text: '' }
}

/** An entry of a list, as lines. */
function item(entry: NamedEntry, indent: number): string {
  const space = ' '.repeat(indent)
  const [first = '', ...rest] = stringify(entry, { lineWidth: 0 }).trimEnd().split('\n')
  return [`${space}- ${first}`, ...rest.map((line) => `${space}  ${line}`), ''].join('\n')
}

function rangeOf(node: unknown): readonly [number, number] {
  const range: unknown = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
  const [start, end]: readonly unknown[] = Array.isArray(range) ? range : []
  if (typeof start !== 'number' || typeof end !== 'number') throw new Error('a node without its place')
  return [start, end]
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1
}

/** Where the line ends that a value ends in; a value of several lines ends with its last line. */
function lineEnd(text: string, at: number): number {
  if (text[at - 1] === '\n') return at
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end
}
