import { z } from 'zod'
import { API_PREFIX } from './http.ts'
import type { Route } from './route.ts'
import { CronPreview, OccurrenceView, ScheduleDraft, ScheduleView } from './schedules.ts'

/** A schedule's name or id. */
const params = z.strictObject({
  schedule: z.string().regex(/^[0-9a-z][0-9a-z-]{0,62}$/, { error: 'not a name of a schedule' }),
})
const occurrence = {
  dueAt: '2026-11-01T05:00:00.000Z',
  lastDueAt: '2026-11-01T05:00:00.000Z',
  count: 1,
  outcome: 'started',
  decidedAt: '2026-11-01T05:00:00.012Z',
  run: '01kc2m3n4p5q6r7s8t9v0wxyza',
  reason: null,
}
const schedule = {
  id: '01kc2m3n4p5q6r7s8t9v0wxyzb',
  name: 'wine-nightly',
  pipeline: 'wine',
  file: '/home/ada/wine/pipeline.yaml',
  cron: '0 6 * * *',
  timeZone: 'Europe/Berlin',
  overlap: 'forbid',
  startingDeadlineSeconds: 600,
  parameters: { depth: 4 },
  target: 'process',
  paused: false,
  createdAt: '2026-10-31T12:00:00.000Z',
  next: ['2026-11-02T05:00:00.000Z'],
  last: occurrence,
  missed: 0,
  cluster: null,
}
const inCluster = {
  ...schedule,
  target: 'lab',
  cluster: {
    name: 'minisub-01kc2m3n4p5q6r7s8t9v0wxyzb',
    namespace: 'ml',
    frozenAt: '2026-10-31T12:00:00.000Z',
    pending: null,
    trouble: null,
  },
}
const NAME = { schedule: schedule.name }

/** Pipelines that start by the clock, while the core runs or by a cluster of their own. */
export const scheduleRoutes = {
  listSchedules: {
    method: 'GET',
    path: `${API_PREFIX}/schedules`,
    summary: 'Schedules with their next times and what became of the last one',
    auth: 'token',
    response: z.object({ schedules: z.array(ScheduleView) }),
    example: { output: { schedules: [schedule] } },
  },
  createSchedule: {
    method: 'POST',
    path: `${API_PREFIX}/schedules`,
    summary: 'Start a pipeline by the clock from now on',
    auth: 'token',
    body: ScheduleDraft,
    response: ScheduleView,
    progress: true,
    status: 201,
    example: {
      input: { name: 'wine-nightly', file: schedule.file, cron: '0 6 * * *', timeZone: 'Europe/Berlin' },
      output: schedule,
    },
  },
  previewSchedule: {
    method: 'POST',
    path: `${API_PREFIX}/schedules/preview`,
    summary: 'The next five times that a cron expression means',
    auth: 'token',
    body: ScheduleDraft.pick({ cron: true, timeZone: true }),
    response: CronPreview,
    example: {
      input: { cron: '0 6 * * *', timeZone: 'Europe/Berlin' },
      output: { timeZone: 'Europe/Berlin', next: schedule.next },
    },
  },
  showSchedule: {
    method: 'GET',
    path: `${API_PREFIX}/schedules/{schedule}`,
    summary: 'One schedule with what became of its latest times, newest first',
    auth: 'token',
    params,
    response: ScheduleView.extend({ occurrences: z.array(OccurrenceView) }),
    example: { input: NAME, output: { ...schedule, occurrences: [occurrence] } },
  },
  pauseSchedule: {
    method: 'POST',
    path: `${API_PREFIX}/schedules/{schedule}/pause`,
    summary: 'Let a schedule rest: while it is paused nothing is due and nothing is missed',
    auth: 'token',
    params,
    response: ScheduleView,
    example: { input: NAME, output: { ...schedule, paused: true, next: [] } },
  },
  resumeSchedule: {
    method: 'POST',
    path: `${API_PREFIX}/schedules/{schedule}/resume`,
    summary: 'Let a paused schedule go on from now',
    auth: 'token',
    params,
    response: ScheduleView,
    example: { input: NAME, output: schedule },
  },
  syncSchedule: {
    method: 'POST',
    path: `${API_PREFIX}/schedules/{schedule}/sync`,
    summary: 'Give the cluster of a schedule its pipeline as it is now, without waiting for the next look',
    auth: 'token',
    params,
    response: ScheduleView,
    progress: true,
    example: { input: NAME, output: inCluster },
  },
  deleteSchedule: {
    method: 'DELETE',
    path: `${API_PREFIX}/schedules/{schedule}`,
    summary: 'Delete a schedule and the record of its times; its runs stay',
    auth: 'token',
    params,
    example: { input: NAME },
  },
} as const satisfies Record<string, Route>
