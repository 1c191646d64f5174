import { memo } from 'react'
import { idOf, type Column } from '../columns.ts'
import type { Line } from '../lines.ts'
import { GroupCell, RunCell } from './cells.tsx'
import type { InSight } from './grid-head.tsx'
import classes from './grid.module.css'
import { NameCell } from './name-cell.tsx'
import { NAME } from './widths.ts'

export type RowProps = InSight & {
  readonly line: Line
  readonly index: number
  /** Px below the head. */
  readonly start: number
  readonly isStop: boolean
  readonly isSelected: boolean
  /** Of its curve in the charts, where it has one. */
  readonly colour: string | undefined
  readonly names: ReadonlyMap<string, string>
  readonly group: Column | undefined
  readonly onSelect: (index: number, isRange: boolean) => void
  readonly onToggle: (id: string) => void
}

/** A run, or a group of runs, at its place in the whole table. */
export const GridRow = memo((props: RowProps) => {
  const { line, index, start, isStop, isSelected, columns, first, last, starts, widths, width, names } = props
  const hasMembers = line.kind === 'group' || line.members > 0
  return (
    <div
      role="row"
      className={classes.row}
      style={{ transform: `translateY(${start}px)`, width }}
      aria-rowindex={index + 2}
      aria-level={line.kind === 'group' ? 1 : line.depth + 1}
      aria-expanded={hasMembers ? line.isOpen : undefined}
      aria-selected={isSelected}
      data-at={index}
      data-line={line.id}
      tabIndex={isStop ? 0 : -1}
    >
      <NameCell {...props} />
      {columns.slice(first, last + 1).map((column, at) => (
        <div
          key={idOf(column)}
          role="gridcell"
          aria-colindex={first + at + 2}
          className={classes.cell}
          data-kind={column.kind}
          style={{ left: NAME + (starts[first + at] ?? 0), width: widths[first + at] }}
        >
          {line.kind === 'run' ? (
            <RunCell row={line.row} column={column} names={names} />
          ) : (
            <GroupCell rows={line.rows} column={column} />
          )}
        </div>
      ))}
    </div>
  )
})
GridRow.displayName = 'GridRow'
