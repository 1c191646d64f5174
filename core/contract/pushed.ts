import { z } from 'zod'
import { jsonValue } from './json.ts'

/** What an environment holds, by the names that a person knows. */
export const PushedEnvironment = z.object({
  digest: z.string(),
  /** `Python 3.11`, the image as the document names it, or the Dockerfile. */
  base: z.string(),
  /** Version by package; empty of an image. */
  packages: z.record(z.string(), z.string()),
})
export type PushedEnvironment = z.infer<typeof PushedEnvironment>

/** All that a push consists of, by name: kept in the bucket beside what it names, so that later pushes can be compared with it. */
export const PushRecord = z.object({
  version: z.literal(1),
  pipeline: z.string(),
  pipelineDigest: z.string(),
  /** The document after defaults, as `pipelineDigest` covers it. */
  definition: z.record(z.string(), jsonValue),
  /** By name; those that steps use. */
  environments: z.record(z.string(), PushedEnvironment),
  /** Values that were given, and defaults of the others: they are fixed with the push. */
  parameters: z.record(z.string(), jsonValue),
  /** `files`: sha256 by path, with ` x` where it is executable, of a link `-> ` and where it leads; `steps`: digest of the files that each step uses. */
  code: z.object({
    digest: z.string(),
    files: z.record(z.string(), z.string()),
    steps: z.record(z.string(), z.string()),
  }),
  /** sha256 of the content of each input from beside the document, as `step.input`. */
  inputs: z.record(z.string(), z.string()),
  /** Reference of the image of each environment; `''` of steps without one. */
  images: z.record(z.string(), z.string()),
  /** Name of the WorkflowTemplate. */
  template: z.string(),
  /** Name of the Secret with what it takes along; null where that is nothing. */
  secret: z.string().nullable(),
  /** Keys of all objects in the bucket that it needs, those of folders with a slash at the end. */
  keys: z.array(z.string().regex(/^(code|blobs|trees)\/[^/]+\/?$/)),
})
export type PushRecord = z.infer<typeof PushRecord>

/** One push as the cluster has it. */
export const PushedVersion = z.object({
  pipeline: z.string(),
  pipelineDigest: z.string(),
  /** Name of the WorkflowTemplate. */
  template: z.string(),
  /** The one that `undo` would leave, and that schedules and kubectl are to use. */
  isCurrent: z.boolean(),
  /** Account and machine, such as `ada@laptop`. */
  pushedBy: z.string(),
  pushedAt: z.iso.datetime(),
  /** There where its WorkflowTemplate is not in the cluster any more. */
  isMissing: z.literal(true).optional(),
  /** Names of schedules of this workbench's target that start it. */
  schedules: z.array(z.string()),
})
export type PushedVersion = z.infer<typeof PushedVersion>

/** One difference between two pushes, or between a push and what would be pushed now. */
export const PushChange = z.object({
  part: z.enum(['definition', 'parameter', 'step', 'environment', 'code', 'input', 'image']),
  /** `steps.train.command`, `depth`, `main: numpy`, `train.py`, `prep.table`. */
  name: z.string(),
  change: z.enum(['added', 'removed', 'changed']),
  /** As people read them, shortened; null where there was or will be none. */
  before: z.string().nullable(),
  after: z.string().nullable(),
})
export type PushChange = z.infer<typeof PushChange>
