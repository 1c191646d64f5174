import type { AttemptTimes, Span } from './attempt-times.ts'

/** Where the time of an attempt went, in milliseconds. */
export type Parts = {
  readonly queueMs: number
  readonly startMs: number
  readonly runMs: number
  readonly collectMs: number
}

export const NO_TIME: Parts = { queueMs: 0, startMs: 0, runMs: 0, collectMs: 0 }

export function addParts(a: Parts, b: Parts): Parts {
  return {
    queueMs: a.queueMs + b.queueMs,
    startMs: a.startMs + b.startMs,
    runMs: a.runMs + b.runMs,
    collectMs: a.collectMs + b.collectMs,
  }
}

/** The parts of an attempt; of one that goes on, until `now`. */
export function partsOf(attempt: AttemptTimes, now: number): Parts {
  const { readyAt, createdAt, startedAt, finishedAt, collectedAt, waits } = attempt
  const waited = lengthOf(waits)
  const begun = startedAt ?? collectedAt ?? now
  const ended = finishedAt ?? collectedAt ?? now
  return {
    queueMs: createdAt - readyAt + waited,
    startMs: Math.max(0, begun - createdAt - waited),
    runMs: startedAt === null ? 0 : Math.max(0, ended - startedAt),
    collectMs: finishedAt === null ? 0 : Math.max(0, (collectedAt ?? now) - finishedAt),
  }
}

/** When an attempt ran its command or waited for its turn. */
export function busySpans(attempt: AttemptTimes, now: number): Span[] {
  const { readyAt, createdAt, startedAt, finishedAt, collectedAt, waits } = attempt
  const ran: Span[] = startedAt === null ? [] : [[startedAt, finishedAt ?? collectedAt ?? now]]
  return [[readyAt, createdAt], ...waits, ...ran]
}

/** How long at least one of the spans lasted, in ms, within a span. */
export function lengthOf(spans: readonly Span[], [first, last]: Span = [0, Infinity]): number {
  let [sum, reached] = [0, first]
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    const end = Math.min(to, last)
    if (end <= reached) continue
    sum += end - Math.max(from, reached)
    reached = end
  }
  return sum
}
