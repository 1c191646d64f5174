import { useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import type { Column } from '../columns.ts'
import type { Line } from '../lines.ts'
import type { Runs } from '../use-runs.ts'
import type { Selection } from '../use-selection.ts'
import { extended, lineOfKey, toggled } from './keys.ts'
import { HEAD, NAME, ROW, widthOf } from './widths.ts'

/** The next page is fetched when so few rows are left below. */
const AHEAD = 300

export type GridInput = {
  readonly lines: readonly Line[]
  readonly columns: readonly Column[]
  readonly runs: Runs
  readonly selection: Selection
  readonly onToggle: (id: string) => void
}

/** Which rows and columns are drawn, where the keys are, and what they do. */
export function useGrid({ lines, columns, runs, selection, onToggle }: GridInput) {
  const scroller = useRef<HTMLDivElement>(null)
  const widths = useMemo(() => columns.map(widthOf), [columns])
  const [active, setActive] = useState(0)
  const anchor = useRef(0)
  const { down, across } = useVirtual({ scroller, widths, count: lines.length })
  useMore(runs, lines.length - (down.range?.endIndex ?? 0))
  const focus = useFocusOf(scroller)
  const goTo = (index: number) => {
    focus(index)
    setActive(index)
    down.scrollToIndex(index)
  }
  const open = useOpenRun()
  const onKeyDown = (event: KeyboardEvent) => {
    const index = indexOf(event.target)
    const line = index === undefined ? undefined : lines[index]
    if (index === undefined || line === undefined) return
    const page = Math.floor((scroller.current?.clientHeight ?? 0) / ROW) - 2
    const to = lineOfKey(event.key, { index, count: lines.length, page })
    if (to !== undefined) {
      event.preventDefault()
      if (event.shiftKey) selection.set(extended(selection.ids, lines, [anchor.current, to]))
      else anchor.current = to
      goTo(to)
      return
    }
    if (!isCommand(event, { line, lines, selection, onToggle, open })) return
    event.preventDefault()
    anchor.current = index
  }
  const select = (index: number, isRange: boolean) => {
    const line = lines[index]
    if (line === undefined) return
    selection.set(isRange ? extended(selection.ids, lines, [anchor.current, index]) : toggled(selection.ids, line))
    anchor.current = index
    setActive(index)
  }
  const stop = Math.min(active, lines.length - 1)
  return { scroller, widths, down, across, stop, setActive, onKeyDown, select }
}

type VirtualInput = {
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly widths: readonly number[]
  readonly count: number
}

function useVirtual({ scroller, widths, count }: VirtualInput) {
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoised by the compiler
  const down = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
    scrollMargin: HEAD,
    scrollPaddingStart: HEAD,
  })
  const across = useVirtualizer({
    horizontal: true,
    count: widths.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => widths[index] ?? 0,
    paddingStart: NAME,
    overscan: 3,
  })
  useEffect(() => across.measure(), [across, widths])
  return { down, across }
}

/** Gives the focus to the row of a line, as soon as it is drawn. */
function useFocusOf(scroller: RefObject<HTMLDivElement | null>): (index: number) => void {
  const wanted = useRef<number>(undefined)
  useLayoutEffect(() => {
    if (wanted.current === undefined) return
    const row = scroller.current?.querySelector<HTMLElement>(`[data-at="${wanted.current}"]`)
    if (row === null || row === undefined) return
    wanted.current = undefined
    row.focus({ preventScroll: true })
  })
  return (index) => {
    wanted.current = index
  }
}

/** The index of the line in whose row something happened. */
export function indexOf(target: EventTarget): number | undefined {
  const at = target instanceof Element ? target.closest<HTMLElement>('[data-at]')?.dataset['at'] : undefined
  return at === undefined ? undefined : Number(at)
}

type Command = Pick<GridInput, 'lines' | 'selection' | 'onToggle'> & {
  readonly line: Line
  readonly open: (line: Line) => void
}

/** Does what a key means on a line; false for a key that means nothing. */
function isCommand(event: KeyboardEvent, { line, lines, selection, onToggle, open }: Command): boolean {
  const hasMembers = line.kind === 'group' || line.members > 0
  if (event.key === ' ') selection.set(toggled(selection.ids, line))
  else if (event.key === 'Escape' && selection.ids.size > 0) selection.set([])
  else if (event.key === 'a' && (event.ctrlKey || event.metaKey))
    selection.set(extended(new Set(), lines, [0, lines.length]))
  else if (event.key === 'ArrowRight' && hasMembers && !line.isOpen) onToggle(line.id)
  else if (event.key === 'ArrowLeft' && hasMembers && line.isOpen) onToggle(line.id)
  else if (event.key === 'Enter' && event.target instanceof Element && event.target.closest('a, button') === null) {
    if (line.kind === 'group') onToggle(line.id)
    else open(line)
  } else return false
  return true
}

function useOpenRun(): (line: Line) => void {
  const navigate = useNavigate()
  return (line) => {
    if (line.kind !== 'run') return
    const { id: run, experiment } = line.row
    void navigate({ to: '/experiments/$experiment/runs/$run', params: { experiment, run } })
  }
}

function useMore({ hasMore, isComing, problem, fetchMore }: Runs, left: number): void {
  const isDue = hasMore && !isComing && problem === undefined && left < AHEAD
  useEffect(() => {
    if (isDue) fetchMore()
  }, [isDue, fetchMore])
}
