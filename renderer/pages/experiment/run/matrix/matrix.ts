/** A confusion matrix: rows are what is true, columns what was predicted. */
export type Matrix = {
  readonly rows: readonly string[]
  readonly columns: readonly string[]
  readonly cells: readonly (readonly number[])[]
}

/** A larger one would be too small to read. */
export const SIZE_LIMIT = 100

/** What the number of a cell is shown as: itself, or its part of its row, its column or of all. */
export type Share = 'row' | 'column' | 'all'

/** The matrix that JSON says; undefined where it is none. See docs/tracking.md for the forms. */
export function matrixOf(value: unknown): Matrix | undefined {
  if (Array.isArray(value)) return matrixOfCells(value, undefined)
  if (typeof value !== 'object' || value === null) return undefined
  const { columns, data, index, ...rest } = value as Record<string, unknown>
  if (Array.isArray(columns) && Array.isArray(data)) {
    return matrixOfTable(columns, data, Array.isArray(index) ? index : undefined)
  }
  const labels = [rest['labels'], rest['classes']].find((it) => Array.isArray(it))
  const cells = [rest['matrix'], rest['confusion_matrix'], rest['values'], data].find((it) => Array.isArray(it))
  return cells === undefined ? undefined : matrixOfCells(cells, labels)
}

/** The matrix of a table whose header is the labels; the first column may name the rows. */
export function matrixOfTable(
  header: readonly unknown[],
  data: readonly unknown[],
  index?: readonly unknown[],
): Matrix | undefined {
  const rows = data.filter((row): row is unknown[] => Array.isArray(row))
  if (rows.length !== data.length) return undefined
  if (header.length === rows.length + 1) {
    return checked({
      rows: rows.map(([name]) => name),
      columns: header.slice(1),
      cells: numbersOf(rows.map((row) => row.slice(1))),
    })
  }
  return checked({ rows: index ?? header, columns: header, cells: numbersOf(rows) })
}

function matrixOfCells(cells: readonly unknown[], labels: readonly unknown[] | undefined): Matrix | undefined {
  const names = labels ?? cells.map((_, at) => String(at))
  return matrixOfTable(names, cells)
}

function numbersOf(rows: readonly (readonly unknown[])[]): number[][] {
  return rows.map((row) => row.map((cell) => (typeof cell === 'object' || cell === '' ? Number.NaN : Number(cell))))
}

type Unchecked = { readonly rows: readonly unknown[]; readonly columns: readonly unknown[] } & Pick<Matrix, 'cells'>

function checked({ rows, columns, cells }: Unchecked): Matrix | undefined {
  const size = cells.length
  if (size === 0 || size > SIZE_LIMIT || rows.length !== size || columns.length !== size) return undefined
  // An object as a label may be no text at all.
  if ([...rows, ...columns].some((label) => typeof label === 'object')) return undefined
  return cells.every((row) => row.length === size && row.every((cell) => Number.isFinite(cell) && cell >= 0))
    ? { rows: rows.map(String), columns: columns.map(String), cells }
    : undefined
}

/** The part that each cell has of its row, its column or of all, from 0 to 1; of nothing it is 0. */
export function sharesOf({ cells }: Matrix, share: Share): number[][] {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, it) => total + it, 0)
  const all = sum(cells.map(sum))
  const columns = cells.map((_, at) => sum(cells.map((row) => row[at] ?? 0)))
  return cells.map((row) => {
    const whole = sum(row)
    return row.map((cell, at) => {
      const of = share === 'row' ? whole : share === 'column' ? (columns[at] ?? 0) : all
      return of === 0 ? 0 : cell / of
    })
  })
}

/** The part of all that lies on the diagonal; undefined for an empty matrix. */
export function accuracyOf({ cells }: Matrix): number | undefined {
  const all = cells.flat().reduce((total, it) => total + it, 0)
  const right = cells.reduce((total, row, at) => total + (row[at] ?? 0), 0)
  return all === 0 ? undefined : right / all
}
