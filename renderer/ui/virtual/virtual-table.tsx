import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import classes from './virtual-table.module.css'

type Column = {
  readonly key: string
  readonly title: ReactNode
  readonly width?: number
  readonly isNumber?: boolean
  /** Whether the rows are in the order of this column. */
  readonly sort?: 'ascending' | 'descending' | undefined
}

type VirtualTableProps = {
  readonly label: string
  readonly columns: readonly Column[]
  readonly count: number
  /** The cells of a row. The one control that opens it has `data-row-link` and the given tabIndex. */
  readonly renderRow: (index: number, tabIndex: number) => ReactNode
  /** Called with the rows that are drawn. */
  readonly onRange?: (first: number, last: number) => void
  readonly rowHeight?: number
  readonly className?: string | undefined
}

const OVERSCAN = 8

/**
 * A real table of any length: only the rows in the window are in it. The arrow keys, Page, Home and End go from row
 * to row; the tabulator key comes to one row alone. Rows that cannot be opened scroll as the browser does it.
 */
export function VirtualTable(props: VirtualTableProps) {
  const { label, columns, count, renderRow, onRange, rowHeight = 36, className } = props
  const scroller = useRef<HTMLDivElement>(null)
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoised by the compiler
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    // Below the head, which stays.
    scrollPaddingStart: rowHeight,
  })
  const items = virtual.getVirtualItems()
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? -1]
  const { stop, onKeyDown, onFocus } = useRows(scroller, {
    first,
    last,
    count,
    toRow: (row) => virtual.scrollToIndex(row),
  })
  useEffect(() => onRange?.(first, last), [onRange, first, last])
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys move among the controls inside
    <div
      ref={scroller}
      className={`${classes.scroller} ${className ?? ''}`}
      role="region"
      aria-label={label}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
      tabIndex={0}
      onKeyDown={onKeyDown}
      onFocus={onFocus}
    >
      <table
        className={classes.table}
        aria-label={label}
        aria-rowcount={count + 1}
        style={{ minWidth: widthOf(columns) }}
      >
        <Head columns={columns} height={rowHeight} />
        <tbody>
          <Spacer height={items[0]?.start ?? 0} />
          {items.map(({ index, key }) => (
            <tr key={key} aria-rowindex={index + 2} data-row={index} style={{ height: rowHeight }}>
              {renderRow(index, index === stop ? 0 : -1)}
            </tr>
          ))}
          <Spacer height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} />
        </tbody>
      </table>
    </div>
  )
}

type HeadProps = { readonly columns: readonly Column[]; readonly height: number }

function Head({ columns, height }: HeadProps) {
  return (
    <>
      <colgroup>
        {columns.map(({ key, width }) => (
          <col key={key} style={width === undefined ? {} : { width }} />
        ))}
      </colgroup>
      <thead>
        <tr aria-rowindex={1} style={{ height }}>
          {columns.map(({ key, title, isNumber, sort }) => (
            <th key={key} scope="col" data-number={isNumber} aria-sort={sort}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
    </>
  )
}

/** Room for the rows that are not drawn. */
function Spacer({ height }: { readonly height: number }) {
  return height <= 0 ? null : <tr aria-hidden style={{ height }} />
}

function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, { width = 160 }) => sum + width, 0)
}

type Rows = {
  /** The rows that are drawn. */
  readonly first: number
  readonly last: number
  readonly count: number
  readonly toRow: (row: number) => void
}

/** Which row the keyboard is at: the one that it was brought to, or the nearest that is drawn. */
function useRows(scroller: React.RefObject<HTMLDivElement | null>, { first, last, count, toRow }: Rows) {
  const [active, setActive] = useState(0)
  const stop = Math.max(first, Math.min(last, active))
  const wanted = useRef<number>(undefined)
  useEffect(() => {
    if (wanted.current === undefined) return
    const link = scroller.current?.querySelector<HTMLElement>(`[data-row="${wanted.current}"] [data-row-link]`)
    if (link === null || link === undefined) return
    wanted.current = undefined
    link.focus({ preventScroll: true })
  })
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / 36) - 2)
    const next = rowAfter(event.key, { active: stop, count, page })
    const isInRow = event.target instanceof HTMLElement && event.target.dataset['rowLink'] !== undefined
    if (next === undefined || (!isInRow && event.target !== scroller.current)) return
    // Rows that cannot be opened are only scrolled, by the browser.
    if (scroller.current?.querySelector('[data-row-link]') === null) return
    event.preventDefault()
    wanted.current = next
    setActive(next)
    toRow(next)
  }
  const onFocus = (event: React.FocusEvent) => {
    const row = event.target.closest<HTMLElement>('[data-row]')?.dataset['row']
    if (row !== undefined) setActive(Number(row))
  }
  return { stop, onKeyDown, onFocus }
}

type Place = { readonly active: number; readonly count: number; readonly page: number }

/** The row that a key goes to; undefined for other keys. */
function rowAfter(key: string, { active, count, page }: Place): number | undefined {
  const within = (row: number) => Math.max(0, Math.min(count - 1, row))
  switch (key) {
    case 'ArrowDown':
      return within(active + 1)
    case 'ArrowUp':
      return within(active - 1)
    case 'PageDown':
      return within(active + page)
    case 'PageUp':
      return within(active - page)
    case 'Home':
      return 0
    case 'End':
      return within(count - 1)
    default:
      return undefined
  }
}
