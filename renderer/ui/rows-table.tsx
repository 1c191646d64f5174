import { Table } from '@mantine/core'
import type { ReactNode } from 'react'
import { WideTable } from './wide-table.tsx'

type RowsTableProps = {
  readonly label: string
  readonly heads: readonly string[]
  /** The first cell names its row. */
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[]
  readonly minWidth?: number
}

/** A table of rows that are only read. Its words stay whole; what may be long without a space stands in a `LongText`. */
export function RowsTable({ label, heads, rows, minWidth = 480 }: RowsTableProps) {
  const head = heads.map((title) => (
    <Table.Th key={title} scope="col">
      {title}
    </Table.Th>
  ))
  return (
    <WideTable label={label} minWidth={minWidth} head={head}>
      {rows.map(({ key, cells: [first, ...rest] }) => (
        <Table.Tr key={key} style={{ verticalAlign: 'top' }}>
          <Table.Th scope="row" fw={400}>
            {first}
          </Table.Th>
          {rest.map((cell, column) => (
            // oxlint-disable-next-line no-array-index-key -- columns have no other name, and never move
            <Table.Td key={column}>{cell}</Table.Td>
          ))}
        </Table.Tr>
      ))}
    </WideTable>
  )
}

/** A digest, key or path in a table: it breaks wherever the column ends, so that it leaves room for the others. */
export function LongText({ children }: { readonly children: string }) {
  return <span style={{ overflowWrap: 'anywhere' }}>{children}</span>
}
