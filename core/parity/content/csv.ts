import type { ContentDifference } from '#core/contract/parity.ts'
import { firstByte, type Content, type Pair } from './content.ts'
import { difference, shown } from './shown.ts'

const [QUOTE, NEWLINE, RETURN] = [0x22, 0x0a, 0x0d]
/** The header is read so far, and a cell. */
const LONGEST_HEADER = 64 * 1024
const LONGEST_CELL = 4 * 1024

/**
 * How two tables differ: the row below the header, the name of the column, and both cells. Undefined where equal, and
 * where two cells are alike as far as they are read.
 */
export async function csvDifference(
  pair: Pair,
  delimiter: string,
  signal?: AbortSignal,
): Promise<ContentDifference | undefined> {
  const walk = walkCells(delimiter.charCodeAt(0))
  const at = await firstByte(pair, { onCommon: walk.add, signal })
  if (at === undefined) return undefined
  const { row, column, start } = walk.place()
  const header = row === 0 ? [] : cellsOf(await pair.a.read(0, LONGEST_HEADER), delimiter)
  const [a, b] = await Promise.all([cellAt(pair.a, start, delimiter), cellAt(pair.b, start, delimiter)])
  const name = header[column] ?? `${column + 1}`
  const place = row === 0 ? `header, column ${column + 1}` : `row ${row}, column ${name}`
  if (a.text === b.text && !(a.isWhole && b.isWhole)) return undefined
  if (a.text === b.text)
    return { ...difference({ format: 'csv', place, a: a.text, b: b.text }), words: `${shown(place)}: ${ENDS}` }
  return difference({ format: 'csv', place, a: a.text, b: b.text })
}

const ENDS = 'the same cell, written differently: its quotes, what ends its line, or how many cells follow'

type Walk = {
  readonly add: (bytes: Buffer) => void
  readonly place: () => { row: number; column: number; start: number }
}

/** Follows a table byte by byte: which cell one is in, and where that began. */
function walkCells(delimiter: number): Walk {
  let [row, column, start, seen] = [0, 0, 0, 0]
  const isQuoted = followQuotes()
  return {
    add(bytes) {
      for (const byte of bytes) {
        const isInside = isQuoted(byte, seen === start)
        seen += 1
        if (isInside) continue
        if (byte === delimiter) [column, start] = [column + 1, seen]
        else if (byte === NEWLINE) [row, column, start] = [row + 1, 0, seen]
      }
    },
    place: () => ({ row, column, start }),
  }
}

/** Tells of byte after byte whether it is in quotes: a quote opens at the beginning of a cell alone, and doubled stays. */
function followQuotes(): (byte: number | undefined, isFirst: boolean) => boolean {
  let [isOpen, isClosedNow] = [false, false]
  return (byte, isFirst) => {
    if (byte !== QUOTE) isClosedNow = false
    else if (isOpen) [isOpen, isClosedNow] = [false, true]
    else if (isFirst || isClosedNow) [isOpen, isClosedNow] = [true, false]
    return isOpen
  }
}

/** `isWhole`: it does not go on beyond what was read. */
type Cell = { readonly text: string | null; readonly isWhole: boolean }

/** The cell that begins there; its text is null where the table ends. */
async function cellAt(content: Content, start: number, delimiter: string): Promise<Cell> {
  if (start >= content.size) return { text: null, isWhole: true }
  const bytes = await content.read(start, start + LONGEST_CELL)
  const end = endOfCell(bytes, 0, delimiter.charCodeAt(0))
  const isWhole = end < bytes.length || start + bytes.length >= content.size
  return { text: textOf(bytes.subarray(0, end)), isWhole }
}

/** The cells of the line that bytes begin with, as far as they go. */
export function cellsOf(bytes: Buffer, delimiter: string): string[] {
  const cells: string[] = []
  const mark = delimiter.charCodeAt(0)
  for (let start = 0; ;) {
    const end = endOfCell(bytes, start, mark)
    cells.push(textOf(bytes.subarray(start, end)))
    if (bytes[end] !== mark) return cells
    start = end + 1
  }
}

/** Where the cell ends that begins there: before its delimiter, the end of its line, or that of the bytes. */
function endOfCell(bytes: Buffer, start: number, mark: number): number {
  const isQuoted = followQuotes()
  for (let i = start; i < bytes.length; i += 1) {
    const byte = bytes[i]
    if (!isQuoted(byte, i === start) && (byte === mark || byte === NEWLINE)) return i
  }
  return bytes.length
}

function textOf(cell: Buffer): string {
  const text = (cell.at(-1) === RETURN ? cell.subarray(0, -1) : cell).toString('utf8')
  const quoted = /^"(.*?)"?$/s.exec(text)?.[1]
  return quoted === undefined ? text : quoted.replaceAll('""', '"')
}
