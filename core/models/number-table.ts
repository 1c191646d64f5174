import { Problem } from '#core/base/problem.ts'

/** A table of finite numbers; every row has as many as the header has names. */
export type NumberTable = { readonly header: string[]; readonly rows: number[][] }

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/

/**
 * Reads comma-separated numbers below one header line: no quotes, no missing values; blank lines at the end are
 * ignored. Throws Problem `model_input_invalid` that names the line of anything else.
 */
export function parseNumberTable(text: string): NumberTable {
  const lines = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/)
  const header = (lines[0] ?? '').split(',').map((name) => name.trim())
  if (header.some((name) => name === '')) {
    throw new Problem(
      'model_input_invalid',
      'line 1 of the table must name every column: add a header line such as a,b,c',
    )
  }
  const rows = lines.slice(1).map((line, i) => parseRow(line, header, i + 2))
  return { header, rows }
}

function parseRow(line: string, header: readonly string[], lineNumber: number): number[] {
  const cells = line.split(',')
  if (cells.length !== header.length) {
    throw new Problem(
      'model_input_invalid',
      `the number of values in line ${lineNumber} of the table is ${cells.length}, and the header names ${header.length} columns: correct that line`,
    )
  }
  return cells.map((cell, column) => {
    const value = NUMBER.test(cell.trim()) ? Number(cell) : Number.NaN
    if (Number.isFinite(value)) return value
    throw new Problem(
      'model_input_invalid',
      `line ${lineNumber} of the table holds "${cell.trim().slice(0, 40)}" in column "${header[column]}": write a finite number there`,
    )
  })
}
