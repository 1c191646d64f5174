import { useLayoutEffect, useRef, useState, type RefObject } from 'react'
import type { RunSummary } from '#core/contract/run.ts'
import { indexOfRun, movedDown, type Place } from './places.ts'

type Kept = {
  /** To be put on what scrolls. */
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly onScroll: () => void
  /** How many runs came above since the top was left. */
  readonly fresh: number
}

/** Who has scrolled goes on seeing the same rows, whatever comes and goes above them; at the top new runs are seen. */
export function usePlace(runs: readonly RunSummary[], rowHeight: number): Kept {
  const scroller = useRef<HTMLDivElement>(null)
  const place = useRef<Place>(undefined)
  /** The newest run when the top was left. */
  const [seen, setSeen] = useState<string>()
  const onScroll = () => {
    const top = scroller.current?.scrollTop ?? 0
    place.current = placeAt(runs, top / rowHeight)
    setSeen((before) => (top <= 0 ? undefined : (before ?? runs[0]?.id)))
  }
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null || element.scrollTop <= 0) return
    const moved = place.current === undefined ? 0 : movedDown(runs, place.current)
    if (moved !== 0) element.scrollBy({ top: moved * rowHeight, behavior: 'instant' })
    place.current = placeAt(runs, element.scrollTop / rowHeight)
  }, [runs, rowHeight])
  return { scroller, onScroll, fresh: seen === undefined ? 0 : indexOfRun(runs, seen) }
}

function placeAt(runs: readonly RunSummary[], row: number): Place | undefined {
  const index = Math.floor(row)
  const run = runs[index]
  return run && { id: run.id, index }
}
