import { useVirtualizer } from '@tanstack/react-virtual'
import { useImperativeHandle, useLayoutEffect, useRef, type ReactNode, type Ref } from 'react'
import classes from './lines.module.css'

/** Height of a line in px. */
const LINE = 20
const OVERSCAN = 20
/** Nearer to the end than this counts as there: heights are rounded. */
const NEAR = LINE

export type LinesHandle = { readonly scrollToLine: (index: number) => void; readonly focus: () => void }

type LinesProps = {
  readonly label: string
  readonly count: number
  readonly renderLine: (index: number) => ReactNode
  readonly handle?: Ref<LinesHandle>
  /** Keeps the last line in the window. */
  readonly isAtEnd?: boolean
  readonly onScrollUp?: () => void
  /** How many lines before the first are gone: what is read stays in its place when more go. */
  readonly gone?: number
  readonly lineHeight?: number
}

/** Lines of text of fixed height, any number of them; only those in the window are drawn. */
export function VirtualLines(props: LinesProps) {
  const { label, count, renderLine, handle, isAtEnd = false, onScrollUp, gone = 0, lineHeight = LINE } = props
  const scroller = useRef<HTMLDivElement>(null)
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoised by the compiler
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan: OVERSCAN,
  })
  useImperativeHandle(handle, () => ({
    scrollToLine: (index) => virtual.scrollToIndex(index, { align: 'center' }),
    focus: () => scroller.current?.focus({ preventScroll: true }),
  }))
  const goneBefore = useRef(gone)
  useLayoutEffect(() => {
    if (isAtEnd) virtual.scrollToIndex(count - 1, { align: 'end' })
    else if (gone > goneBefore.current) virtual.scrollBy((goneBefore.current - gone) * lineHeight)
    goneBefore.current = gone
  }, [virtual, count, isAtEnd, gone, lineHeight])
  const top = useRef(0)
  const onScroll = () => {
    const at = scroller.current
    if (at === null) return
    const isUp = at.scrollTop < top.current - 1 && at.scrollHeight - at.scrollTop - at.clientHeight > NEAR
    top.current = at.scrollTop
    if (isUp) onScrollUp?.()
  }
  return (
    <div
      ref={scroller}
      className={classes.scroller}
      role="region"
      aria-label={label}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
      tabIndex={0}
      onScroll={onScroll}
    >
      <div className={classes.room} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => (
          <div key={key} className={classes.line} style={{ top: start, height: lineHeight }}>
            {renderLine(index)}
          </div>
        ))}
      </div>
    </div>
  )
}
