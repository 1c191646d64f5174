import { closeSync, fstatSync, openSync, writeSync } from 'node:fs'
import type { Cell, Column, TableFile } from './table.ts'

const MOST_WAITING = 262_144

/** A new CSV file of RFC 4180: a header, commas, CR LF, quotes where they are needed; nothing for what is null. */
export function createCsv(path: string, columns: readonly Column[]): TableFile {
  const descriptor = openSync(path, 'wx', 0o644)
  let [waiting, rows] = [`${columns.map(({ name }) => name).join(',')}\r\n`, 0]
  const flush = () => {
    const bytes = Buffer.from(waiting)
    for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done)
    waiting = ''
  }
  return {
    add(row) {
      waiting += `${row.map((cell, index) => csvCell(cell, columns[index]?.type)).join(',')}\r\n`
      rows += 1
      if (waiting.length > MOST_WAITING) flush()
    },
    finish() {
      flush()
      const { size } = fstatSync(descriptor)
      closeSync(descriptor)
      return { rows, bytes: size }
    },
  }
}

/** A cell as it is written. Texts are kept as they are: who opens them in a spreadsheet imports them as text. */
export function csvCell(cell: Cell, type: Column['type'] | undefined): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return type === 'time' ? timeText(cell) : String(cell)
  // An empty text is not nothing.
  return cell === '' || /[",\r\n]/.test(cell) || cell !== cell.trim() ? `"${cell.replaceAll('"', '""')}"` : cell
}

/** Beyond what dates go to, which programs may log, the milliseconds themselves. */
function timeText(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString()
}
