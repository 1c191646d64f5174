import type { ScheduleService } from '#core/schedules/index.ts'
import { absolute } from './absolute.ts'
import type { Handlers } from './handler.ts'

type ScheduleName =
  | 'listSchedules'
  | 'createSchedule'
  | 'previewSchedule'
  | 'showSchedule'
  | 'pauseSchedule'
  | 'resumeSchedule'
  | 'syncSchedule'
  | 'deleteSchedule'

/** Handlers of what starts pipelines by the clock. */
export function scheduleHandlers({ schedules }: { readonly schedules: ScheduleService }): Pick<Handlers, ScheduleName> {
  return {
    listSchedules: () => ({ schedules: schedules.list() }),
    createSchedule: ({ name, timeZone, ...draft }, { onLine, signal }) => {
      absolute(draft.file)
      const named = name === undefined ? {} : { name }
      const zone = timeZone === undefined ? {} : { timeZone }
      return schedules.create({ ...draft, ...named, ...zone }, { onLine, signal })
    },
    previewSchedule: ({ cron, timeZone }) => schedules.preview(cron, timeZone),
    showSchedule: ({ schedule }) => schedules.show(schedule),
    pauseSchedule: ({ schedule }) => schedules.inCluster(schedules.pause(schedule).id),
    resumeSchedule: ({ schedule }) => schedules.inCluster(schedules.resume(schedule).id),
    syncSchedule: ({ schedule }, { onLine, signal }) => schedules.sync(schedule, { onLine, signal }),
    deleteSchedule: ({ schedule }) => schedules.delete(schedule),
  }
}
