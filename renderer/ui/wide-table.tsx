import { Table } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './wide-table.module.css'

type WideTableProps = {
  /** Names the table for screen readers. */
  readonly label: string
  readonly head: ReactNode
  readonly children: ReactNode
  /** Width in px below which it scrolls sideways. */
  readonly minWidth?: number
}

/** A table that scrolls sideways in itself where the window is narrow, by the arrow keys too. */
export function WideTable({ label, head, children, minWidth = 720 }: WideTableProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div className={classes.scroller} role="region" aria-label={label} tabIndex={0}>
      <Table aria-label={label} miw={minWidth} verticalSpacing="xs" highlightOnHover>
        <Table.Thead>
          <Table.Tr>{head}</Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </div>
  )
}
