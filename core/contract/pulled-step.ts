import { z } from 'zod'
import { STEP_STATUSES } from './events.ts'
import { RunView } from './run.ts'
import { jsonValue } from './json.ts'

/** Where a pulled step can play again. */
export const RerunPlace = z.enum(['docker', 'process'])
export type RerunPlace = z.infer<typeof RerunPlace>

/** What an attempt read, as it lies below `inputs` of a pulled step. */
export const PulledInput = z.object({
  /** Name of the file or folder. */
  name: z.string(),
  /** Such as `steps.prepare.outputs.table`, or `data/rain.csv` beside the document. */
  from: z.string(),
  /** `list`: what the items of a fan-out gave, as the folder 0, 1, 2 … or as a JSON list. */
  kind: z.enum(['file', 'folder', 'value', 'list']),
  files: z.int(),
  bytes: z.number(),
  /** Identifies the content that was read. */
  sha256: z.string(),
})
export type PulledInput = z.infer<typeof PulledInput>

/** How an attempt ended. */
export const AttemptEnd = z.object({
  outcome: z.enum(STEP_STATUSES),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  reason: z.string().nullable(),
  /** The last line of its log that holds something; null where there is none. */
  lastLine: z.string().nullable(),
})
export type AttemptEnd = z.infer<typeof AttemptEnd>

/** What `step.json` of a pulled step holds. */
export const PulledFacts = z.object({
  run: z.string(),
  pipeline: z.string(),
  pipelineDigest: z.string(),
  target: z.string(),
  step: z.string(),
  item: z.object({ index: z.int(), values: z.record(z.string(), jsonValue) }).nullable(),
  attempt: z.int(),
  end: AttemptEnd,
  stepKey: z.string(),
  /** Digest of the code snapshot. */
  code: z.string(),
  /** With everything filled in, as it is in a container. */
  command: z.array(z.string()),
  /** The same of its own variables, without secrets. */
  env: z.record(z.string(), z.string()),
  /** Variables that hold a secret, as `<secret>/<key>`; never a value. */
  secrets: z.record(z.string(), z.string()),
  environment: z
    .object({ name: z.string(), digest: z.string(), kind: z.string(), packages: z.array(z.string()) })
    .nullable(),
  /** What it ran in; null of a process. `reference` is null where no registry has it. */
  image: z.object({ reference: z.string().nullable(), digest: z.string(), platform: z.string() }).nullable(),
  resources: z.record(z.string(), z.number()),
  network: z.boolean(),
  timeoutSeconds: z.number().nullable(),
  inputs: z.array(PulledInput),
})
export type PulledFacts = z.infer<typeof PulledFacts>

/** What a shell in a pulled step needs. */
export const PulledShell = z.object({
  on: RerunPlace,
  /** The id of the image, which the engine has, and its user; null for a process. */
  image: z.object({ id: z.string(), user: z.string() }).nullable(),
  /** The command of the step with paths as they are there. */
  command: z.array(z.string()),
  /** The same of its variables, without secrets. */
  env: z.record(z.string(), z.string()),
})
export type PulledShell = z.infer<typeof PulledShell>

export const PulledStep = z.object({
  /** Absolute path. */
  folder: z.string(),
  /** False where it was there already. */
  isNew: z.boolean(),
  facts: PulledFacts,
  /** What differs from there, in sentences. */
  notes: z.array(z.string()),
  /** Where one was asked for. */
  shell: PulledShell.nullable(),
})
export type PulledStep = z.infer<typeof PulledStep>

/** A step of a run that begins again on this machine. */
export const RerunStart = z.object({ run: RunView, notes: z.array(z.string()) })
export type RerunStart = z.infer<typeof RerunStart>

/** What came of a step that was done again, beside what came of the attempt that it repeats. */
export const RerunReport = z.object({
  run: z.string(),
  target: z.string(),
  of: z.object({ run: z.string(), target: z.string(), attempt: z.int() }),
  step: z.string(),
  item: z.int().nullable(),
  there: AttemptEnd,
  here: AttemptEnd,
  /** `open` while it runs; `same`: it ended in the same way; `passes`: it failed there and succeeds here. */
  verdict: z.enum(['open', 'same', 'passes', 'differs']),
  /** In one sentence. */
  sentence: z.string(),
  /** Whether both have the same step key, and which parts differ. */
  key: z.object({ there: z.string(), here: z.string().nullable(), isEqual: z.boolean(), differs: z.array(z.string()) }),
})
export type RerunReport = z.infer<typeof RerunReport>

/** A file of the code of a pulled step that is not as it was in the run. */
export const CodeChange = z.object({ path: z.string(), change: z.enum(['changed', 'added', 'removed']) })
export type CodeChange = z.infer<typeof CodeChange>

export const PulledChanges = z.object({ folder: z.string(), changes: z.array(CodeChange) })
export type PulledChanges = z.infer<typeof PulledChanges>

export const AppliedCode = z.object({
  /** The code folder of the pipeline. */
  folder: z.string(),
  applied: z.array(CodeChange),
  /** Of the run, for `resume`. */
  run: z.string(),
})
export type AppliedCode = z.infer<typeof AppliedCode>

const attempt = z.int().min(1).max(1_000_000).optional()
const item = z.int().min(0).optional()

export const PullStepRequest = z.strictObject({
  item,
  /** The latest where absent. */
  attempt,
  /** An absolute path that nothing has yet; below the data folder where absent. */
  into: z.string().min(1).max(4096).optional(),
  /** Makes it anew where it is there; what was changed in it is lost. */
  force: z.boolean().default(false),
  /** Makes ready what a shell there needs. */
  shell: RerunPlace.or(z.literal('any')).optional(),
})
export type PullStepRequest = z.infer<typeof PullStepRequest>

export const RerunStepRequest = z.strictObject({
  item,
  attempt,
  /** docker where its engine answers and the step ran in an image, else process, where absent. */
  target: RerunPlace.optional(),
})
export type RerunStepRequest = z.infer<typeof RerunStepRequest>

export const PulledCodeRequest = z.strictObject({ item, attempt, into: z.string().min(1).max(4096).optional() })
export type PulledCodeRequest = z.infer<typeof PulledCodeRequest>
