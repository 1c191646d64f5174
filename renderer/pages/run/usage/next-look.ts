const LEAST_MS = 5_000
/** A page keeps the core busy for a tenth of the time at most. */
const TIMES = 10

/** How long to wait before a run that goes on is looked at anew, after an answer that took so long. */
export function nextLookMs(tookMs: number): number {
  return Math.max(LEAST_MS, TIMES * tookMs)
}
