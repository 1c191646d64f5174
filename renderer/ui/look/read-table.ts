import Papa from 'papaparse'

/** A table with its header, and what the reader found odd. */
export type ReadTable = {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** What of it is not shown as it is meant; empty where nothing is odd. */
  readonly note: string
  readonly isCut: boolean
}

/** More rows are not shown; the file may be saved. */
const ROW_LIMIT = 200_000
/** More columns would take too long to draw. */
export const COLUMN_LIMIT = 200
/** Characters that are read at once, so that the page can be drawn in between. */
const CHUNK = 131_072

type TableOptions = {
  readonly delimiter: ',' | '\t'
  /** Whether the text is only the beginning of the file: its last row is then left out. */
  readonly isPart: boolean
  readonly signal: AbortSignal
}

/** Says that only some of so many columns are shown, where it is so. */
export function columnNote(count: number): readonly string[] {
  return count > COLUMN_LIMIT ? [`Only the first ${COLUMN_LIMIT} of ${count.toLocaleString()} columns are shown.`] : []
}

/** Reads comma or tab separated text with a header, a piece at a time. */
export async function readTable(text: string, { delimiter, isPart, signal }: TableOptions): Promise<ReadTable> {
  const rows: string[][] = []
  let [width, hasOddQuotes] = [0, false]
  await new Promise<void>((resolve, reject) => {
    // With a reader of its own it may pause between pieces.
    Papa.parse<string[]>(text, {
      delimiter,
      skipEmptyLines: true,
      chunkSize: CHUNK,
      chunk: ({ data, errors }: Papa.ParseResult<string[]>, parser: Papa.Parser) => {
        hasOddQuotes ||= errors.some(({ type }) => type === 'Quotes')
        for (const row of data) {
          width = Math.max(width, row.length)
          rows.push(row.length > COLUMN_LIMIT ? row.slice(0, COLUMN_LIMIT) : row)
        }
        if (signal.aborted || rows.length > ROW_LIMIT) {
          parser.abort()
          return
        }
        parser.pause()
        setTimeout(() => parser.resume())
      },
      complete: () => (signal.aborted ? reject(signal.reason) : resolve()),
    })
  })
  if (isPart && rows.length > 1) rows.pop()
  const [header = [], ...body] = rows
  const names = Array.from({ length: Math.min(width, COLUMN_LIMIT) }, (_, index) => header[index] ?? '')
  const note = [
    ...columnNote(width),
    ...(hasOddQuotes && !isPart
      ? ['A quote is not closed, or closed too early: look at the text for what is meant.']
      : []),
  ]
  const isCut = isPart || body.length > ROW_LIMIT
  return { header: names, rows: body.slice(0, ROW_LIMIT), note: note.join(' '), isCut }
}
