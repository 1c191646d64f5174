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
  | 'deleteSchedule'

/** Handlers of what starts pipelines by the clock. */
export function scheduleHandlers({ schedules }: { readonly schedules: ScheduleService }): Pick<Handlers, ScheduleName> {
  return {
    listSchedules: () => ({ schedules: schedules.list() }),
    createSchedule: ({ name, timeZone, ...draft }) => {
      absolute(draft.file)
      const named = name === undefined ? {} : { name }
      return schedules.create({ ...draft, ...named, ...(timeZone === undefined ? {} : { timeZone }) })
    },
    previewSchedule: ({ cron, timeZone }) => schedules.preview(cron, timeZone),
    showSchedule: ({ schedule }) => schedules.show(schedule),
    pauseSchedule: ({ schedule }) => schedules.pause(schedule),
    resumeSchedule: ({ schedule }) => schedules.resume(schedule),
    deleteSchedule: ({ schedule }) => schedules.delete(schedule),
  }
}
