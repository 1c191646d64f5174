import { COLUMN_LIMIT, columnNote, readTable } from '#renderer/ui/look/read-table.ts'
import type { ReadableFile } from '#renderer/ui/look/load-content.ts'
import { tableOf, tableOfTexts, type LoggedTable } from './logged-table.ts'

/** More would take longer to read than anybody waits; the file can be saved. */
const LIMIT = 32 * 2 ** 20

/** A table, and what of it is not shown as it is; empty where nothing is odd. */
type Loaded = { readonly table: LoggedTable; readonly note: string }

/** Reads a table from JSON, CSV or TSV. Rejects with the cause where it is none, or too large. */
export async function loadTable({ name, size, read }: ReadableFile, signal: AbortSignal): Promise<Loaded> {
  const isJson = /\.json$/i.test(name)
  if (isJson && size > LIMIT) throw new Error('the table is larger than 32 MiB: save the file to look into it')
  const end = Math.min(size, LIMIT) - 1
  const text = size === 0 ? '' : await (await read({ start: 0, end }, signal)).text()
  if (isJson) return jsonTable(text)
  const delimiter = /\.tsv$/i.test(name) ? '\t' : ','
  const { header, rows, note, isCut } = await readTable(text, { delimiter, isPart: size > LIMIT, signal })
  const notes = [...(note === '' ? [] : [note]), ...(isCut ? ['Only the beginning is shown: save the file.'] : [])]
  return { table: tableOfTexts(header, rows), note: notes.join(' ') }
}

function jsonTable(text: string): Loaded {
  const found = tableOf(parse(text), COLUMN_LIMIT)
  if (found === undefined)
    throw new Error('the file holds JSON, but no table with columns and data: look at it as a file')
  return { table: found.table, note: columnNote(found.width).join(' ') }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error('the file is no JSON: look at it as a file, it may have been cut', { cause })
  }
}
