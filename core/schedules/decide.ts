import type { Due, DueTimes } from './due-times.ts'

/** No timer is exact: a time counts as kept so long afterwards, whatever the deadline. */
const EXACT_MS = 1_000

/** What is to be done about the times up to now. */
export type Decision = {
  /** Those that nothing is started for. */
  readonly missed: Due | undefined
  /** The time that a run is started for. */
  readonly start: number | undefined
  /** The latest of all of them. */
  readonly latest: number
}

/**
 * Decides about the times at which a schedule was due after `lookedAt` up to `now`: the latest one starts where it is
 * at most `deadlineMs` ago, all others are missed. So after a sleep or a stop at most one is made up for. Undefined
 * where none was due.
 */
export function decide(due: DueTimes, lookedAt: number, { now, deadlineMs }: Look): Decision | undefined {
  const all = due.between(lookedAt, now)
  if (all === undefined) return undefined
  const { last } = all
  if (now - last > Math.max(deadlineMs, EXACT_MS)) return { missed: all, start: undefined, latest: last }
  return { missed: due.between(lookedAt, last - 1), start: last, latest: last }
}

export type Look = { readonly now: number; readonly deadlineMs: number }
