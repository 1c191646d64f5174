import { statSync } from 'node:fs'
import { fileWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer'
import type { Cell, Column, TableFile } from './table.ts'

/** A row group ends at so many rows, or characters of text. */
const MOST_ROWS = 100_000
const MOST_TEXT = 16_000_000

const TYPES: Readonly<Record<Column['type'], Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
}

/** A new Parquet file, compressed by Snappy. NaN and infinities stay what they are. */
export function createParquet(path: string, columns: readonly Column[]): TableFile {
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.map(({ name, type }) => ({ name, repetition_type: 'OPTIONAL' as const, ...TYPES[type] })),
  ]
  const writer = new ParquetWriter({ writer: fileWriter(path), schema, createdBy: 'mini-submarine' })
  let group = emptyGroup(columns)
  let [rows, text] = [0, 0]
  const flush = () => {
    const columnData = columns.map(({ name }, index) => ({ name, data: group[index] ?? [] }))
    // The writer of files does all at once: there is nothing to wait for.
    void writer.write({ columnData, rowGroupSize: MOST_ROWS })
    group = emptyGroup(columns)
    text = 0
  }
  return {
    add(row) {
      for (const [index, { type }] of columns.entries()) {
        const cell = row[index] ?? null
        group[index]?.push(cellOf(cell, type))
        if (typeof cell === 'string') text += cell.length
      }
      rows += 1
      if ((group[0]?.length ?? 0) >= MOST_ROWS || text >= MOST_TEXT) flush()
    },
    finish() {
      if ((group[0]?.length ?? 0) > 0) flush()
      void writer.finish()
      return { rows, bytes: statSync(path).size }
    },
  }
}

type ParquetCell = Cell | bigint

function emptyGroup(columns: readonly Column[]): ParquetCell[][] {
  return columns.map(() => [])
}

function cellOf(cell: Cell, type: Column['type']): ParquetCell {
  return typeof cell === 'number' && type !== 'number' ? BigInt(cell) : cell
}
