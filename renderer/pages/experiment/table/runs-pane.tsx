import { Stack } from '@mantine/core'
import { useEffect, useMemo } from 'react'
import { columnOf } from '../columns.ts'
import { linesOf } from '../lines.ts'
import type { PaneProps } from '../pane.ts'
import type { Runs } from '../use-runs.ts'
import { useChange, useExperimentSearch } from '../use-search.ts'
import { RunGrid } from './run-grid.tsx'
import { Toolbar } from './toolbar.tsx'

/** Runs that are grouped or nested are wanted all; no more than so many, for the sake of the window. */
const MOST = 20_000
const NONE: readonly string[] = []

/** The runs as a table. */
export function RunsPane({ rows, columns, runs, selection, names }: PaneProps) {
  const { group, flat = false, open = NONE } = useExperimentSearch()
  const change = useChange()
  const column = group === undefined ? undefined : columnOf(group)
  const isNested = !flat && column === undefined && rows.some(({ parent }) => parent !== null)
  useAll(runs, (isNested || column !== undefined) && rows.length < MOST)
  const lines = useMemo(
    () => linesOf(rows, { group: column, isFlat: flat, open: new Set(open) }),
    // The column is made anew from its id each time.
    // oxlint-disable-next-line react/exhaustive-deps
    [rows, group, flat, open],
  )
  const toggle = (id: string) =>
    change({ open: open.includes(id) ? open.filter((it) => it !== id) : [...open, id] }, false)
  return (
    <Stack gap="xs">
      <Toolbar rows={rows} columns={columns} runs={runs} selection={selection} />
      <RunGrid
        rows={rows}
        lines={lines}
        columns={columns}
        runs={runs}
        selection={selection}
        names={names}
        group={column}
        onToggle={toggle}
      />
    </Stack>
  )
}

function useAll({ hasMore, isComing, problem, fetchMore }: Runs, isWanted: boolean): void {
  const isDue = isWanted && hasMore && !isComing && problem === undefined
  useEffect(() => {
    if (isDue) fetchMore()
  }, [isDue, fetchMore])
}
