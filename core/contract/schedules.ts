import { z } from 'zod'
import { jsonValue } from './json.ts'

/** What happens when a run of the schedule is still going on. */
export const OVERLAPS = ['allow', 'forbid', 'replace'] as const
export type Overlap = (typeof OVERLAPS)[number]

/**
 * What became of a time at which a schedule was due. `missed`: no core ran, or too late; `skipped`: a run was still
 * going on and overlap is `forbid`; `failed`: the run could not be started.
 */
const OCCURRENCE_OUTCOMES = ['starting', 'started', 'missed', 'skipped', 'failed'] as const
export type OccurrenceOutcome = (typeof OCCURRENCE_OUTCOMES)[number]

export const OccurrenceView = z.object({
  /** When it was due; of several that were missed together the first. */
  dueAt: z.iso.datetime(),
  /** Of several that were missed together the last; else the same as `dueAt`. */
  lastDueAt: z.iso.datetime(),
  /** How many times this stands for. */
  count: z.int(),
  outcome: z.enum(OCCURRENCE_OUTCOMES),
  decidedAt: z.iso.datetime(),
  run: z.string().nullable(),
  reason: z.string().nullable(),
})
export type OccurrenceView = z.infer<typeof OccurrenceView>

export const ScheduleDraft = z.strictObject({
  /** A DNS label, unique in the project; the name of the pipeline where absent. */
  name: z.string().min(1).max(63).optional(),
  /** Absolute path of the document; it is read anew each time. */
  file: z.string().min(1).max(4096),
  /** Five fields: minute, hour, day of month, month, day of week; or @hourly, @daily, @weekly, @monthly, @yearly. */
  cron: z.string().min(1).max(200),
  /** IANA name; that of the core's machine where absent. */
  timeZone: z.string().min(1).max(64).optional(),
  overlap: z.enum(OVERLAPS).default('forbid'),
  /** How late a run may begin, in seconds; a later one is missed. */
  startingDeadlineSeconds: z.int().min(0).max(31_536_000).default(600),
  parameters: z.record(z.string(), jsonValue).default({}),
  parameterTexts: z.record(z.string(), z.string()).default({}),
  target: z.string().default('process'),
})
export type ScheduleDraft = z.input<typeof ScheduleDraft>

/** How a cluster keeps a schedule by itself, also while no core runs. */
export const ScheduleInCluster = z.object({
  /** Of the CronWorkflow. */
  name: z.string(),
  /** Null where it was never given to the cluster. */
  namespace: z.string().nullable(),
  /** When what it starts was frozen. */
  frozenAt: z.iso.datetime().nullable(),
  /** Why the cluster does not have it as it is here; null where it does. */
  pending: z.string().nullable(),
  /** What is wrong with it in the cluster. */
  trouble: z.string().nullable(),
})
export type ScheduleInCluster = z.infer<typeof ScheduleInCluster>

export const ScheduleView = z.object({
  id: z.string(),
  name: z.string(),
  pipeline: z.string(),
  file: z.string(),
  cron: z.string(),
  timeZone: z.string(),
  overlap: z.enum(OVERLAPS),
  startingDeadlineSeconds: z.int(),
  parameters: z.record(z.string(), jsonValue),
  target: z.string(),
  paused: z.boolean(),
  createdAt: z.iso.datetime(),
  /** The next times that it is due, at most five; empty while paused. */
  next: z.array(z.iso.datetime()),
  /** The latest occurrence that was decided. */
  last: OccurrenceView.nullable(),
  /** Occurrences that were missed since the schedule was made. */
  missed: z.int(),
  /** Null where this core starts its runs. */
  cluster: ScheduleInCluster.nullable(),
})
export type ScheduleView = z.infer<typeof ScheduleView>

/** Times that an expression means, for a form. */
export const CronPreview = z.object({ timeZone: z.string(), next: z.array(z.iso.datetime()) })
export type CronPreview = z.infer<typeof CronPreview>
