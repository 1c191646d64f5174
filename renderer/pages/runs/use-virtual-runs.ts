import { useElementScrollRestoration } from '@tanstack/react-router'
import { defaultRangeExtractor, useVirtualizer, type Range, type Virtualizer } from '@tanstack/react-virtual'
import { useCallback, type RefObject } from 'react'

/** The list keeps its place under this name for who comes back to it. */
export const RESTORED = 'runs'
const OVERSCAN = 12

type VirtualInput = {
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly count: number
  readonly rowHeight: number
  readonly headHeight: number
  /** The row that may have the focus: drawn wherever the list is scrolled to; -1 for none. */
  readonly activeIndex: number
}

/** Which rows are drawn. */
export function useVirtualRuns(input: VirtualInput): Virtualizer<HTMLDivElement, Element> {
  const { scroller, count, rowHeight, headHeight, activeIndex } = input
  const restored = useElementScrollRestoration({ id: RESTORED })
  const rangeExtractor = useCallback(
    (range: Range) => {
      const indexes = defaultRangeExtractor(range)
      if (activeIndex < 0 || activeIndex >= range.count || indexes.includes(activeIndex)) return indexes
      return [...indexes, activeIndex].toSorted((a, b) => a - b)
    },
    [activeIndex],
  )
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoised by the compiler
  return useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    // The head stands above the rows and stays in sight.
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    initialOffset: restored?.scrollY ?? 0,
    rangeExtractor,
  })
}
