import { contentKind, SNIFF_BYTES, type ContentKind } from './content-kind.ts'
import { readJson, type Tree } from './read-json.ts'
import { readTable, type ReadTable } from './read-table.ts'

/** What is shown of a file. `isCut`: the file goes on behind it. */
export type Content = { readonly isCut: boolean; readonly note?: string } & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'json'; readonly value: Tree; readonly text: string }
  | { readonly kind: 'table'; readonly table: ReadTable; readonly text: string }
  | { readonly kind: 'image'; readonly blob: Blob }
  | { readonly kind: 'hex'; readonly bytes: Uint8Array }
)

const MIB = 2 ** 20
/** How much is read of each kind; more would take longer to draw than anybody reads. */
const LIMITS = { text: MIB, json: 4 * MIB, table: 8 * MIB, image: 32 * MIB, hex: 65_536 } as const

/** A file that can be read in parts. */
export type ReadableFile = {
  /** With folders before it or without; its ending tells what it may be. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Answers with a part of its bytes; both ends are inclusive. */
  readonly read: (range: { readonly start: number; readonly end: number }, signal: AbortSignal) => Promise<Response>
}

/** Reads as much of a file as its kind shows. */
export async function loadContent(file: ReadableFile, signal: AbortSignal): Promise<Content> {
  const first = await readBytes(file, { limit: LIMITS.text, signal })
  const kind = contentKind(file.name, first.subarray(0, SNIFF_BYTES))
  const limit = LIMITS[kind.kind]
  const isCut = file.size > limit
  if (kind.kind === 'image' && isCut) {
    return {
      kind: 'hex',
      bytes: first.subarray(0, LIMITS.hex),
      isCut,
      note: 'The image is too large to be shown here.',
    }
  }
  const isThere = first.length >= Math.min(limit, file.size)
  const bytes = isThere ? first.subarray(0, limit) : await readBytes(file, { limit, signal })
  return shownAs(kind, { bytes, isCut, signal })
}

type Read = { readonly bytes: Uint8Array<ArrayBuffer>; readonly isCut: boolean; readonly signal: AbortSignal }

async function shownAs(kind: ContentKind, { bytes, isCut, signal }: Read): Promise<Content> {
  if (kind.kind === 'hex') return { kind: 'hex', bytes, isCut }
  if (kind.kind === 'image') return { kind: 'image', blob: new Blob([bytes], { type: kind.type }), isCut }
  const text = new TextDecoder().decode(bytes, { stream: isCut })
  if (kind.kind === 'table') {
    const table = await readTable(text, { delimiter: kind.delimiter, isPart: isCut, signal })
    return { kind: 'table', table, text, isCut: table.isCut, ...(table.note === '' ? {} : { note: table.note }) }
  }
  return kind.kind === 'json' ? shownAsJson(text, isCut) : { kind: 'text', text, isCut }
}

function shownAsJson(text: string, isCut: boolean): Content {
  if (isCut) return { kind: 'text', text, isCut, note: 'It is too large to be shown as a tree.' }
  try {
    return { kind: 'json', value: readJson(text), text, isCut }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { kind: 'text', text, isCut, note: `It is not valid JSON (${why}), so it is shown as text.` }
  }
}

async function readBytes(
  { size, read }: ReadableFile,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<Uint8Array<ArrayBuffer>> {
  // An empty file has no range.
  if (size === 0) return new Uint8Array()
  const response = await read({ start: 0, end: Math.min(limit, size) - 1 }, signal)
  return new Uint8Array(await response.arrayBuffer())
}
