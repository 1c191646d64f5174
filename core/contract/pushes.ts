import { z } from 'zod'
import { jsonValue } from './json.ts'
import { PushChange, PushedVersion } from './pushed.ts'

/** When a pushed pipeline is to start by the clock. */
const PushSchedule = z.strictObject({
  cron: z.string().min(1).max(200),
  /** IANA name; that of the core's machine where absent. */
  timeZone: z.string().min(1).max(64).optional(),
  /** That of the pipeline where absent. */
  name: z.string().min(1).max(63).optional(),
})

/** What to push. `file` is an absolute path on the machine of the core. */
export const PushRequest = z.strictObject({
  file: z.string().min(1).max(4096),
  target: z.string(),
  parameters: z.record(z.string(), jsonValue).default({}),
  parameterTexts: z.record(z.string(), z.string()).default({}),
  schedule: PushSchedule.optional(),
  /** Name of the WorkflowTemplate that it is to be, such as a plan told: where it is another one, nothing is pushed. */
  expected: z.string().min(1).max(253).optional(),
})
export type PushRequest = z.input<typeof PushRequest>

/** An object of the cluster that a push consists of; `isNew`: this push made it. */
export const PushedObject = z.object({ kind: z.string(), name: z.string(), isNew: z.boolean() })
export type PushedObject = z.infer<typeof PushedObject>

/** What a push has done. */
export const PushResult = z.object({
  version: PushedVersion,
  /** False where all of it was there, and is what undo would leave. */
  changed: z.boolean(),
  /** Sent to the bucket. */
  bytes: z.number(),
  /** Sent to the registry, unpacked. */
  imageBytes: z.number(),
  objects: z.array(PushedObject),
  /** References of images that its steps use, as pods pull them. */
  images: z.array(z.string()),
  /** How it differs from what was the current one; empty where there was none. */
  changes: z.array(PushChange),
  /** Name of the schedule that was asked for, and whether anything had to be done for it. */
  schedule: z.object({ name: z.string(), changed: z.boolean() }).nullable(),
})
export type PushResult = z.infer<typeof PushResult>

/** What an undo has left, and what it left behind. */
export const UndonePush = z.object({ version: PushedVersion, undone: PushedVersion })
export type UndonePush = z.infer<typeof UndonePush>

/** What a removal took away; all of it 0 or empty where nothing was there. */
export const RemovedPush = z.object({
  pipeline: z.string(),
  templates: z.array(z.string()),
  /** Objects of the bucket. */
  objects: z.int(),
  /** Objects of the bucket that something else needs. */
  kept: z.int(),
  /** Namespaces that have the pipeline in the same bucket, in words: for them all of it stays there. */
  others: z.array(z.string()),
  /** References of images, which stay in the registry. */
  images: z.array(z.string()),
  schedules: z.array(z.string()),
})
export type RemovedPush = z.infer<typeof RemovedPush>
