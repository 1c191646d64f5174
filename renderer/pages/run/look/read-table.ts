import Papa from 'papaparse'

/** A table with its header, and what the reader found odd. */
export type ReadTable = {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly isCut: boolean
}

/** More rows are not shown; the file may be saved. */
const ROW_LIMIT = 200_000
/** Characters that are read at once, so that the page can be drawn in between. */
const CHUNK = 131_072

type TableOptions = {
  readonly delimiter: ',' | '\t'
  /** Whether the text is only the beginning of the file: its last row is then left out. */
  readonly isPart: boolean
  readonly signal: AbortSignal
}

/** Reads comma or tab separated text with a header, a piece at a time. */
export async function readTable(text: string, { delimiter, isPart, signal }: TableOptions): Promise<ReadTable> {
  const rows: string[][] = []
  await new Promise<void>((resolve, reject) => {
    // With a reader of its own it may pause between pieces.
    Papa.parse<string[]>(text, {
      delimiter,
      skipEmptyLines: true,
      chunkSize: CHUNK,
      chunk: ({ data }: Papa.ParseResult<string[]>, parser: Papa.Parser) => {
        for (const row of data) rows.push(row)
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
  const width = Math.max(header.length, ...body.slice(0, 100).map((row) => row.length))
  const names = Array.from({ length: width }, (_, index) => header[index] ?? '')
  return { header: names, rows: body.slice(0, ROW_LIMIT), isCut: isPart || body.length > ROW_LIMIT }
}
