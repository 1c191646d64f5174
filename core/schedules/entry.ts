import { parseCron } from './cron.ts'
import { dueTimes, type DueTimes } from './due-times.ts'
import type { OccurrenceKey } from './schedule-store.ts'
import type { Schedule } from './schedule.ts'
import { openZone } from './time-zone.ts'

/** How many of the next times are told. */
const SHOWN = 5

/** A run that was written down and not settled yet. */
export type Pending = OccurrenceKey & { readonly run: string }

/** A schedule in memory. */
export type Entry = {
  schedule: Schedule
  /** A cluster starts its runs; nothing is started here. */
  readonly isElsewhere: boolean
  readonly due: DueTimes
  /** The first time that was not decided. */
  next: number
  /** Whether a run is being started: until that is done nothing else is decided. */
  isBusy: boolean
  /** What an earlier core, or a full disk, left undone. */
  leftover: Pending | undefined
  upcoming: readonly number[]
  /** Aborted when it was deleted: what was not begun by then is given up. */
  readonly deleted: AbortController
}

/** Throws Problem `invalid_cron` or `invalid_time_zone`. */
export function createEntry(schedule: Schedule, isElsewhere: boolean): Entry {
  const due = dueTimes(parseCron(schedule.cron), openZone(schedule.timeZone))
  const next = due.next(schedule.lookedAt)
  const deleted = new AbortController()
  return { schedule, isElsewhere, due, next, isBusy: false, leftover: undefined, upcoming: [], deleted }
}

/** Puts in what was written of a schedule. */
export function renew(entry: Entry, schedule: Schedule): void {
  const moved = schedule.lookedAt !== entry.schedule.lookedAt
  entry.schedule = schedule
  if (!moved) return
  entry.next = entry.due.next(schedule.lookedAt)
  entry.upcoming = []
}

/** The next times that a schedule is due; none while it is paused. */
export function upcomingOf(entry: Entry, now: number): readonly number[] {
  const { schedule, due } = entry
  if (schedule.paused) return []
  const after = Math.max(now, schedule.lookedAt)
  if ((entry.upcoming[0] ?? 0) <= after) entry.upcoming = nextTimes(due, after)
  return entry.upcoming
}

/** The next five times after a time. */
export function nextTimes(due: DueTimes, after: number): number[] {
  const times: number[] = []
  for (let at = after; times.length < SHOWN;) times.push((at = due.next(at)))
  return times
}
