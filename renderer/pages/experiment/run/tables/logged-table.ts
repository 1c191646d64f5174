/** A table with cells as texts. */
export type LoggedTable = {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** By column: whether all its cells are numbers or empty. */
  readonly isNumber: readonly boolean[]
}

/** What a table is ordered and narrowed by. */
export type TableView = { readonly sort?: string | undefined; readonly isDown: boolean; readonly find: string }

/** The table of `mlflow.log_table`, which is `{ columns, data }`, with its first columns; undefined where JSON is none. */
export function tableOf(
  value: unknown,
  columnLimit: number,
): { readonly table: LoggedTable; readonly width: number } | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { columns, data } = value as Record<string, unknown>
  if (!Array.isArray(columns) || !Array.isArray(data)) return undefined
  if (!data.every((row) => Array.isArray(row))) return undefined
  const shown = columns.slice(0, columnLimit)
  const rows = data.map((row: unknown[]) => shown.map((_, at) => textOf(row[at])))
  return { table: tableOfTexts(shown.map(textOf), rows), width: columns.length }
}

/** The same of cells that are texts. */
export function tableOfTexts(columns: readonly string[], rows: readonly (readonly string[])[]): LoggedTable {
  const isNumber = columns.map((_, at) => rows.length > 0 && rows.every((row) => isNumeric(row[at] ?? '')))
  return { columns, rows, isNumber }
}

function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  return typeof cell === 'string' ? cell : JSON.stringify(cell)
}

function isNumeric(text: string): boolean {
  return text === '' || (text.trim() !== '' && !Number.isNaN(Number(text)))
}

/** Indexes of the rows that are shown, in order. Empty cells come last either way; equal rows stay as they were. */
export function rowsOf({ columns, rows, isNumber }: LoggedTable, { sort, isDown, find }: TableView): number[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean)
  const isFound = (row: readonly string[]) => {
    if (words.length === 0) return true
    const lower = row.map((cell) => cell.toLowerCase())
    return words.every((word) => lower.some((cell) => cell.includes(word)))
  }
  const found = rows.flatMap((row, index) => (isFound(row) ? [index] : []))
  const column = sort === undefined ? -1 : columns.indexOf(sort)
  if (column < 0) return found
  const cell = (index: number) => rows[index]?.[column] ?? ''
  const compare = (isNumber[column] ?? false) ? byNumber : byText
  return found.toSorted((a, b) => {
    const [left, right] = [cell(a), cell(b)]
    if (left === '' || right === '') return Number(left === '') - Number(right === '') || a - b
    return (isDown ? -1 : 1) * compare(left, right) || a - b
  })
}

function byNumber(a: string, b: string): number {
  return Number(a) - Number(b)
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true })

function byText(a: string, b: string): number {
  return COLLATOR.compare(a, b)
}

/** Paths of the tables that `mlflow.log_table` names in the tag of a run. */
export function taggedTables(tag: string | undefined): string[] {
  if (tag === undefined) return []
  try {
    const listed: unknown = JSON.parse(tag)
    if (!Array.isArray(listed)) return []
    return listed.flatMap((it: unknown) => {
      const { path, type } = (it ?? {}) as Record<string, unknown>
      return typeof path === 'string' && type === 'table' ? [path] : []
    })
  } catch {
    // A tag may say anything: then it names no table.
    return []
  }
}
