import { WrittenNumber, type Tree } from './read-json.ts'

/** A line of a JSON value as it is shown. Its place is a JSON pointer. */
export type JsonRow = {
  readonly pointer: string
  readonly depth: number
  /** Name or index within what holds it; null for the whole value. */
  readonly key: string | null
  /** The value as JSON, where it has nothing in it. */
  readonly text: string
  readonly kind: 'text' | 'number' | 'word' | 'list' | 'object'
  /** How many members it has; null where it cannot have any. */
  readonly size: number | null
}

/** What a tree opens at first: the whole of a small value, the upper levels of a large one. */
const FIRST_ROWS = 400
/** What lies deeper can be seen in the text alone. */
const DEPTH_LIMIT = 500

function entriesOf(value: Tree): [string, Tree][] | undefined {
  if (value === null || typeof value !== 'object' || value instanceof WrittenNumber) return undefined
  return Object.entries(value as { [key: string]: Tree })
}

type Place = { readonly pointer: string; readonly depth: number; readonly key: string | null }

/** The rows of a value where `isOpen` says which lists and objects show their members. */
export function jsonRows(value: Tree, isOpen: (pointer: string) => boolean): JsonRow[] {
  const rows: JsonRow[] = []
  const stack: [Tree, Place][] = [[value, { pointer: '', depth: 0, key: null }]]
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [current, place] = top
    const entries = entriesOf(current)
    if (entries !== undefined && place.depth >= DEPTH_LIMIT) {
      rows.push({ ...place, text: 'goes deeper than is shown here: see the text', kind: 'word', size: null })
      continue
    }
    rows.push(rowOf(current, place, entries?.length ?? null))
    if (entries === undefined || !isOpen(place.pointer)) continue
    for (const [key, member] of entries.toReversed())
      stack.push([member, { pointer: `${place.pointer}/${escapeKey(key)}`, depth: place.depth + 1, key }])
  }
  return rows
}

/** Lists and objects that are open at first. */
export function firstOpen(value: Tree): Set<string> {
  const open = new Set<string>()
  let level: [Tree, string][] = [[value, '']]
  let rows = 1
  while (level.length > 0) {
    const inner = level.flatMap(([current, pointer]) =>
      (entriesOf(current) ?? []).map(([key, member]): [Tree, string] => [member, `${pointer}/${escapeKey(key)}`]),
    )
    rows += inner.length
    if (rows > FIRST_ROWS && open.size > 0) break
    for (const [current, pointer] of level) if (entriesOf(current) !== undefined) open.add(pointer)
    level = inner
  }
  return open
}

/** Pointers of the rows whose name or value has a text in it, and of all that must be open to see them. */
export function findInJson(value: Tree, text: string): { readonly hits: string[]; readonly open: Set<string> } {
  const wanted = text.toLowerCase()
  const hits: string[] = []
  const open = new Set<string>()
  if (wanted === '') return { hits, open }
  for (const row of jsonRows(value, () => true)) {
    const isHit = (row.key ?? '').toLowerCase().includes(wanted) || row.text.toLowerCase().includes(wanted)
    if (!isHit) continue
    hits.push(row.pointer)
    for (let at = row.pointer.lastIndexOf('/'); at >= 0; at = row.pointer.lastIndexOf('/', at - 1)) {
      open.add(row.pointer.slice(0, at))
      if (at === 0) break
    }
  }
  return { hits, open }
}

function rowOf(value: Tree, place: Place, size: number | null): JsonRow {
  if (value instanceof WrittenNumber) return { ...place, text: value.written, kind: 'number', size: null }
  if (Array.isArray(value)) return { ...place, text: '', kind: 'list', size }
  if (value !== null && typeof value === 'object') return { ...place, text: '', kind: 'object', size }
  const kind = typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'word'
  return { ...place, text: JSON.stringify(value), kind, size: null }
}

function escapeKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
