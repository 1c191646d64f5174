import { useComputedColorScheme, VisuallyHidden } from '@mantine/core'
import { useCallback, useLayoutEffect, useMemo, useRef } from 'react'
import type { TrackedRunRow } from '#core/contract/tracking.ts'
import { colourOf, looksOf } from '../colours.ts'
import type { Column } from '../columns.ts'
import { chartedRuns } from '../charts/charted-runs.ts'
import { GridHead } from './grid-head.tsx'
import { GridRow } from './grid-row.tsx'
import classes from './grid.module.css'
import { runsOfLine } from './keys.ts'
import { indexOf, useGrid, type GridInput } from './use-grid.ts'
import { HEAD } from './widths.ts'

type GridProps = GridInput & {
  readonly rows: readonly TrackedRunRow[]
  readonly names: ReadonlyMap<string, string>
  /** What the runs are grouped by. */
  readonly group: Column | undefined
}

/** A table of runs of any length and width, of which only what is in sight is drawn. */
export function RunGrid({ rows, names, group, ...input }: GridProps) {
  const { lines, columns, runs, selection, onToggle } = input
  const { scroller, widths, down, across, stop, setActive, onKeyDown, select } = useGrid(input)
  const onSelect = useSteady(select)
  const toggle = useSteady(onToggle)
  const items = across.getVirtualItems()
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? -1]
  const starts = useMemo(() => startsOf(widths), [widths])
  const colours = useColours(rows, selection.ids)
  const width = across.getTotalSize()
  const inSight = { columns, first, last, starts, widths, width }
  return (
    <div ref={scroller} className={classes.scroller}>
      <VisuallyHidden id="grid-keys">
        Arrow keys move between the lines and open or close them, Space selects, Enter opens a run.
      </VisuallyHidden>
      <div
        role="treegrid"
        className={classes.grid}
        style={{ width }}
        aria-label="Runs"
        aria-describedby="grid-keys"
        aria-multiselectable
        aria-busy={runs.isOld}
        aria-rowcount={runs.hasMore ? -1 : lines.length + 1}
        aria-colcount={columns.length + 1}
        tabIndex={-1}
        onKeyDown={onKeyDown}
        onFocus={(event) => setActive(indexOf(event.target) ?? stop)}
      >
        <GridHead inSight={inSight} lines={lines} selection={selection} />
        <div role="rowgroup" className={classes.body} style={{ height: down.getTotalSize() }}>
          {down.getVirtualItems().map(({ index, start }) => {
            const line = lines[index]
            return (
              line && (
                <GridRow
                  key={line.id}
                  line={line}
                  index={index}
                  start={start - HEAD}
                  {...inSight}
                  isStop={index === stop}
                  isSelected={runsOfLine(line).every((id) => selection.ids.has(id))}
                  colour={line.kind === 'run' ? colours.get(line.id) : undefined}
                  names={names}
                  group={group}
                  onSelect={onSelect}
                  onToggle={toggle}
                />
              )
            )
          })}
        </div>
      </div>
    </div>
  )
}

/** The same function for good, which does what the latest one does: rows are not drawn anew for it. */
function useSteady<Given extends readonly unknown[]>(latest: (...given: Given) => void): (...given: Given) => void {
  const kept = useRef(latest)
  useLayoutEffect(() => {
    kept.current = latest
  })
  return useCallback((...given: Given) => kept.current(...given), [])
}

function startsOf(widths: readonly number[]): readonly number[] {
  let sum = 0
  return widths.map((width) => (sum += width) - width)
}

/** Colours of the runs that the charts show. */
function useColours(rows: readonly TrackedRunRow[], selected: ReadonlySet<string>): ReadonlyMap<string, string> {
  const scheme = useComputedColorScheme('light')
  return useMemo(() => {
    const looks = looksOf(chartedRuns(rows, selected))
    return new Map([...looks].map(([id, look]) => [id, colourOf(look, scheme)]))
  }, [rows, selected, scheme])
}
