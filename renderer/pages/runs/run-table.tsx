import { Button, VisuallyHidden } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useTable } from '@tanstack/react-table'
import { ArrowUp } from 'lucide-react'
import { useEffect, useMemo, type KeyboardEvent } from 'react'
import type { RunSummary } from '#core/contract/run.ts'
import { columns, features } from './columns.tsx'
import { indexOfRun, rowOfKey } from './places.ts'
import { RunRow } from './run-row.tsx'
import classes from './runs.module.css'
import { TableEnd, type More } from './table-end.tsx'
import { TableHead } from './table-head.tsx'
import { ROLES } from './table-roles.ts'
import { runOf, useActive } from './use-active.ts'
import { usePlace } from './use-place.ts'
import { RESTORED, useVirtualRuns } from './use-virtual-runs.ts'

/** Heights in px, as in `runs.module.css`; in a narrow window a run has two lines, and the head is not seen. */
const WIDE = { row: 40, head: 36 }
const NARROW = { row: 72, head: 0 }
/** The next page is fetched when so few rows are left below. */
const AHEAD = 200

type TableProps = {
  readonly runs: readonly RunSummary[]
  /** True while these are the runs of the filter before. */
  readonly isOld: boolean
  readonly more: More
}

/** A list of runs of any length, of which only the rows in sight are drawn. */
export function RunTable({ runs, isOld, more }: TableProps) {
  const { height, scroller, fresh, onScroll, active, setActive, virtual, stop, goTo, onKeyDown } = useList(runs)
  const items = virtual.getVirtualItems()
  useMore(more, runs.length - (items.at(-1)?.index ?? 0))
  // The table is told of the rows that are drawn alone: it would make anew all of them with each change.
  const data = useMemo(() => items.flatMap(({ index }) => runs[index] ?? []), [items, runs])
  const table = useTable({ features, columns, data, getRowId: ({ id }) => id })
  const { rows } = table.getRowModel()
  return (
    <div className={classes.frame}>
      <Fresh count={fresh} onClick={() => goTo(0)} />
      <VisuallyHidden id="runs-keys">Arrow keys move between the runs, Enter opens one.</VisuallyHidden>
      <div ref={scroller} className={classes.scroller} onScroll={onScroll} data-scroll-restoration-id={RESTORED}>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the links in the rows have the focus */}
        <table
          {...ROLES.table}
          className={classes.table}
          aria-label="Runs"
          aria-describedby="runs-keys"
          aria-busy={isOld}
          aria-rowcount={more.isThere ? -1 : runs.length + 1}
          onKeyDown={onKeyDown}
          onFocus={(event) => setActive(runOf(event.target) ?? active)}
        >
          <TableHead groups={table.getHeaderGroups()} />
          <tbody {...ROLES.group} className={classes.body} style={{ height: virtual.getTotalSize() }}>
            {items.map(({ index, start }, at) => {
              const [row, top] = [rows[at], start - height.head]
              return row && <RunRow key={row.id} row={row} index={index} start={top} isTabStop={index === stop} />
            })}
          </tbody>
        </table>
        <TableEnd more={more} />
      </div>
    </div>
  )
}

/** Which rows are drawn, which has the focus, and what stays in its place. */
function useList(runs: readonly RunSummary[]) {
  const isNarrow = useMediaQuery('(max-width: 71em)', undefined, { getInitialValueInEffect: false })
  const height = isNarrow ? NARROW : WIDE
  const { scroller, onScroll, fresh } = usePlace(runs, height.row)
  const { active, setActive, focus } = useActive(scroller)
  const activeIndex = active === undefined ? -1 : indexOfRun(runs, active)
  const input = { scroller, count: runs.length, rowHeight: height.row, headHeight: height.head, activeIndex }
  const virtual = useVirtualRuns(input)
  const goTo = (index: number) => {
    const run = runs[index]
    if (run === undefined) return
    virtual.scrollToIndex(index)
    focus(run.id)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const run = runOf(event.target)
    if (run === undefined) return
    const page = Math.floor((scroller.current?.clientHeight ?? 0) / height.row) - 1
    const next = rowOfKey(event.key, { index: indexOfRun(runs, run), count: runs.length, page })
    if (next === undefined) return
    event.preventDefault()
    goTo(next)
  }
  // Tab reaches the row that had the focus last, else the first in sight.
  const stop = activeIndex === -1 ? (virtual.range?.startIndex ?? 0) : activeIndex
  return { height, scroller, fresh, onScroll, active, setActive, virtual, stop, goTo, onKeyDown }
}

/** Fetches on before the end is in sight. */
function useMore({ isThere, isComing, problem, fetch }: More, left: number): void {
  const isDue = isThere && !isComing && problem === undefined && left < AHEAD
  useEffect(() => {
    if (isDue) fetch()
  }, [isDue, fetch])
}

/** New runs above what is looked at: it does not jump by itself. That there are some is spoken, not each number. */
function Fresh({ count, onClick }: { readonly count: number; readonly onClick: () => void }) {
  return (
    <div className={classes.fresh}>
      <VisuallyHidden role="status">{count > 0 && 'There are new runs above'}</VisuallyHidden>
      {count > 0 && (
        <Button size="xs" leftSection={<ArrowUp size={14} aria-hidden />} onClick={onClick}>
          {count === 1 ? '1 new run' : `${count} new runs`}
        </Button>
      )}
    </div>
  )
}
