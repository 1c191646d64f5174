import type { OccurrenceView, ScheduleInCluster, ScheduleView } from '#core/contract/schedules.ts'
import { upcomingOf, type Entry } from './entry.ts'
import type { Occurrence } from './schedule.ts'

/** What others see of a schedule. */
export function viewOf(
  entry: Entry,
  { last, now, cluster }: { last: Occurrence | undefined; now: number; cluster: ScheduleInCluster | null },
): ScheduleView {
  const { schedule } = entry
  return {
    id: schedule.id,
    name: schedule.name,
    pipeline: schedule.pipeline,
    file: schedule.file,
    cron: schedule.cron,
    timeZone: schedule.timeZone,
    overlap: schedule.overlap,
    startingDeadlineSeconds: schedule.startingDeadlineSeconds,
    parameters: { ...schedule.parameters },
    target: schedule.target,
    paused: schedule.paused,
    createdAt: isoTime(schedule.createdAt),
    next: upcomingOf(entry, now).map(isoTime),
    last: last === undefined ? null : occurrenceView(last),
    missed: schedule.missed,
    cluster,
  }
}

export function occurrenceView({ dueAt, lastDueAt, decidedAt, ...rest }: Occurrence): OccurrenceView {
  return { ...rest, dueAt: isoTime(dueAt), lastDueAt: isoTime(lastDueAt), decidedAt: isoTime(decidedAt) }
}

export function isoTime(time: number): string {
  return new Date(time).toISOString()
}
