import { useNavigate } from '@tanstack/react-router'
import { FlexRender, type Row } from '@tanstack/react-table'
import { memo, type MouseEvent } from 'react'
import type { RunSummary } from '#core/contract/run.ts'
import { TabStopContext } from './cells.tsx'
import type { features } from './columns.tsx'
import classes from './runs.module.css'
import { ROLES } from './table-roles.ts'

type RowProps = {
  readonly row: Row<typeof features, RunSummary>
  readonly index: number
  /** Px below the head. */
  readonly start: number
  readonly isTabStop: boolean
}

/** A run as a row, at its place in the whole list. */
export const RunRow = memo(({ row, index, start, isTabStop }: RowProps) => {
  const navigate = useNavigate()
  const open = (event: MouseEvent<HTMLElement>) => {
    const target = event.target as Element
    // What goes on in the dialog of a row, and marking a text with the mouse, is no click on the row.
    const isElsewhere = !event.currentTarget.contains(target) || getSelection()?.isCollapsed === false
    if (isElsewhere || target.closest('a, button') !== null) return
    void navigate({ to: '/runs/$run', params: { run: row.original.id } })
  }
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- the link in it is there for the keyboard
    <tr
      {...ROLES.row}
      className={classes.row}
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${start}px)` }}
      onClick={open}
    >
      <TabStopContext value={isTabStop}>
        {row.getAllCells().map((cell) => (
          <td key={cell.id} {...ROLES.cell} className={classes[cell.column.id]}>
            <FlexRender cell={cell} />
          </td>
        ))}
      </TabStopContext>
    </tr>
  )
}, isSame)
RunRow.displayName = 'RunRow'

/** The table makes its rows anew with each change; the runs that did not change stay the same objects. */
function isSame(before: RowProps, after: RowProps): boolean {
  return (
    before.row.original === after.row.original &&
    before.index === after.index &&
    before.start === after.start &&
    before.isTabStop === after.isTabStop
  )
}
