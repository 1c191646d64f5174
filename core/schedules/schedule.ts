import { Problem } from '#core/base/problem.ts'
import type { Json } from '#core/base/json.ts'
import type { OccurrenceOutcome, Overlap } from '#core/contract/schedules.ts'

/** A schedule as it is stored. Times are epoch ms. */
export type Schedule = {
  readonly id: string
  readonly name: string
  readonly pipeline: string
  /** Absolute path of the document, which is read anew each time. */
  readonly file: string
  readonly cron: string
  readonly timeZone: string
  readonly overlap: Overlap
  readonly startingDeadlineSeconds: number
  readonly parameters: Readonly<Record<string, Json>>
  readonly target: string
  readonly paused: boolean
  readonly createdAt: number
  /** Every time up to this one was decided. */
  readonly lookedAt: number
  /** How many times were missed so far. */
  readonly missed: number
  /** The latest run that it began. */
  readonly lastRun: string | null
}

/** What became of a time at which a schedule was due, or of several that were missed one after another. */
export type Occurrence = {
  readonly dueAt: number
  readonly lastDueAt: number
  readonly count: number
  readonly outcome: OccurrenceOutcome
  readonly decidedAt: number
  readonly run: string | null
  readonly reason: string | null
}

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/** Throws Problem `invalid_name`. */
export function checkScheduleName(name: string): void {
  if (DNS_LABEL.test(name)) return
  const fix = 'write lower-case letters, digits and hyphens, at most 63, no hyphen at an end'
  throw new Problem('invalid_name', `"${name}" is no name of a schedule: ${fix}`, { path: 'name' })
}
