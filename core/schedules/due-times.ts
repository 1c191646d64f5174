import { Cron as Croner } from 'croner'
import type { Cron } from './cron.ts'
import type { Zone } from './time-zone.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** The longest wait is that for 29 February around a year that is divisible by 100. */
const LONGEST_WAIT_MS = 10 * 366 * DAY_MS

/** Times at which something was due, as the first, the last and how many there were. */
export type Due = { readonly first: number; readonly last: number; readonly count: number }

/** The times that an expression means in a zone, in epoch ms. */
export type DueTimes = {
  /** The first after a time. */
  next(after: number): number
  /** Those after a time up to another, counted without going through them; undefined where there are none. */
  between(after: number, until: number): Due | undefined
}

/**
 * A schedule is due at each instant at which the clock of its zone shows a time that matches. So a time that the
 * clock leaves out in spring does not come, and one that it shows twice in autumn comes twice, as with robfig/cron.
 *
 * The library is asked about a clock that is never set; where the zone's is, we go on with the new offset.
 */
export function dueTimes(cron: Cron, zone: Zone): DueTimes {
  const pattern = `${cron.minutes.join(',')} ${cron.hours.join(',')} ${cron.days}`
  const clock = new Croner(pattern, { utcOffset: 0, mode: '5-part' })
  const count = readingCounter(cron)
  return {
    next(after) {
      for (let at = after; at < after + LONGEST_WAIT_MS;) {
        const { offset, until } = zone.spanAt(at + 1)
        const reading = clock.nextRun(new Date(at + offset))
        const time = reading === null ? until : reading.getTime() - offset
        if (time < until) return time
        at = until - 1
      }
      throw new Error(`"${cron.text}" does not come in ${zone.name}`)
    },
    between(after, until) {
      let due: Due | undefined
      for (let at = after; at < until;) {
        const span = zone.spanAt(at + 1)
        const [from, to] = [at + span.offset, Math.min(until, span.until - 1) + span.offset]
        const found = count(from, to)
        if (found > 0) {
          const first = due?.first ?? readingOf(clock.nextRun(new Date(from))) - span.offset
          const last = readingOf(clock.previousRuns(1, new Date(to + 1))[0]) - span.offset
          due = { first, last, count: (due?.count ?? 0) + found }
        }
        at = span.until - 1
      }
      return due
    },
  }
}

function readingOf(date: Date | null | undefined): number {
  if (date === null || date === undefined) throw new Error('a reading was counted and cannot be found')
  return date.getTime()
}

/** Counts the matching readings after one up to another of a clock that is never set: day by day, not one by one. */
function readingCounter({ minutes, hours, days }: Cron): (after: number, until: number) => number {
  const calendar = new Croner(`0 0 ${days}`, { utcOffset: 0, mode: '5-part' })
  const everyDay = days === '* * *'
  const aDay = minutes.length * hours.length
  const nextDay = (after: number): number => calendar.nextRun(new Date(after))?.getTime() ?? Infinity
  /** Readings of the day of a time up to that time. */
  const upTo = (time: number): number => {
    const day = Math.floor(time / DAY_MS) * DAY_MS
    if (!everyDay && nextDay(day - 1) !== day) return 0
    const minute = Math.floor((time - day) / MINUTE_MS)
    const hour = Math.floor(minute / 60)
    const before = hours.filter((it) => it < hour).length * minutes.length
    return before + (hours.includes(hour) ? minutes.filter((it) => it <= minute % 60).length : 0)
  }
  /** Days that match of those that begin after a time up to another. */
  const daysBetween = (after: number, until: number): number => {
    if (everyDay) return Math.floor(until / DAY_MS) - Math.floor(after / DAY_MS)
    let found = 0
    for (let day = nextDay(after); day <= until; day = nextDay(day)) found += 1
    return found
  }
  // The whole days from that of the one time to before that of the other, and what the two days have until then.
  return (after, until) => {
    const today = Math.floor(after / DAY_MS) * DAY_MS
    return daysBetween(today - 1, Math.floor(until / DAY_MS) * DAY_MS - 1) * aDay + upTo(until) - upTo(after)
  }
}
