import type { Segment } from './ansi.ts'
import type { Range } from './search.ts'

export type MarkedSegment = Segment & { readonly isMarked?: boolean }

/** The pieces of a line, cut where a match begins or ends. */
export function markSegments(segments: readonly Segment[], ranges: readonly Range[]): MarkedSegment[] {
  if (ranges.length === 0) return [...segments]
  const marked: MarkedSegment[] = []
  let at = 0
  let next = 0
  for (const segment of segments) {
    const end = at + segment.text.length
    while (at < end) {
      const range = ranges[next]
      const isInside = range !== undefined && range.start <= at
      const stop = Math.min(end, range === undefined ? end : isInside ? range.end : range.start)
      const text = segment.text.slice(segment.text.length - (end - at), segment.text.length - (end - stop))
      marked.push({ ...segment, text, ...(isInside ? { isMarked: true } : {}) })
      at = stop
      if (range !== undefined && at >= range.end) next += 1
    }
  }
  return marked
}
