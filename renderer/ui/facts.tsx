import { Table } from '@mantine/core'
import type { ReactNode } from 'react'

type FactsProps = {
  /** Names the table for screen readers. */
  readonly label: string
  readonly children: ReactNode
}

/** Names beside values, as a table of two columns. */
export function Facts({ label, children }: FactsProps) {
  return (
    <Table aria-label={label} variant="vertical" layout="auto">
      <Table.Tbody>{children}</Table.Tbody>
    </Table>
  )
}

/** One name with its value. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" w={160}>
        {name}
      </Table.Th>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>{children}</Table.Td>
    </Table.Tr>
  )
}
