import { z } from 'zod'
import { PushChange, PushedVersion } from './pushed.ts'
import { TargetCheck } from './target-report.ts'

/** Something that must hold for a push to work, of one step or of all. */
export const PlanCheck = TargetCheck.extend({ step: z.string().nullable() })
export type PlanCheck = z.infer<typeof PlanCheck>

/** What a push would do to one object of the cluster or of its bucket. */
export const PlanObject = z.object({
  action: z.enum(['create', 'change', 'leave']),
  /** `WorkflowTemplate`, `Workflow`, `CronWorkflow`, `ConfigMap`, `Secret`, or `object` in the bucket. */
  kind: z.string(),
  name: z.string(),
  /** In one sentence. */
  because: z.string(),
})
export type PlanObject = z.infer<typeof PlanObject>

/** One image that steps use. */
export const PlanImage = z.object({
  /** As pods would pull it. */
  reference: z.string(),
  /** Such as `the image of Python 3.11 with 12 packages`. */
  what: z.string(),
  steps: z.array(z.string()),
  /** `present`: nothing is sent. `as_is`: the cluster pulls it from elsewhere. `push`: it is here. `build`: it must be made first. */
  action: z.enum(['present', 'as_is', 'push', 'build']),
  /** Layers in all and those to send; null where it is not known before it is built. */
  layers: z.object({ total: z.int(), missing: z.int() }).nullable(),
  /** Bytes of those to send; null where it is not known. */
  bytes: z.number().nullable(),
})
export type PlanImage = z.infer<typeof PlanImage>

/** Something that must lie in the bucket. */
export const PlanUpload = z.object({
  kind: z.enum(['code', 'input', 'output', 'step']),
  /** `code`, `prep.table`, the output of a cached step as `prep.table`, or the step. */
  name: z.string(),
  key: z.string(),
  files: z.int(),
  bytes: z.number(),
  /** What of it is not there yet. */
  missingBytes: z.number(),
})
export type PlanUpload = z.infer<typeof PlanUpload>

/** Which nodes could take a pod of a step. */
export const PlanNodes = z.object({
  /** Names, at most 5; null where nodes may not be listed. */
  fits: z.array(z.string()).nullable(),
  count: z.int().nullable(),
  /** Why none can, by cause; null where one can or it is not known. */
  why: z.string().nullable(),
})
export type PlanNodes = z.infer<typeof PlanNodes>

/** A limit of a step that one side enforces and the other does not. */
const PlanLimit = z.object({
  /** `cpu`, `memory`, `gpu`, `pids` or `network`. */
  limit: z.string(),
  there: z.boolean(),
  /** In the latest attempt of the step on this machine; nothing is told of a step that never ran here. */
  here: z.boolean(),
})

export const PlanStep = z.object({
  name: z.string(),
  /** What a run that is started now would do. `unknown`: it depends on what other steps give. */
  decision: z.enum(['cached', 'runs', 'skipped', 'unknown']),
  /** In one sentence, such as which part of its key is new; null where there is nothing to say. */
  because: z.string().nullable(),
  /** Pods at most; null where the length of its list is not known. */
  pods: z.int().nullable(),
  requests: z.object({ cpu: z.number().nullable(), memory: z.number().nullable(), gpu: z.number().nullable() }),
  image: z.string(),
  nodes: PlanNodes,
  limits: z.array(PlanLimit),
  /** Of its command; null where it never ran. */
  seconds: z.number().nullable(),
  /** What the cluster adds to it. */
  overheadSeconds: z.number().nullable(),
})
export type PlanStep = z.infer<typeof PlanStep>

/** What a run would take. Each is null where too little is known, and `words` says why. */
export const PlanPrediction = z.object({
  pods: z.int().nullable(),
  /** Along the longest chain of steps. */
  wallSeconds: z.number().nullable(),
  overheadSeconds: z.number().nullable(),
  cpuHours: z.number().nullable(),
  gpuHours: z.number().nullable(),
  cost: z.object({ amount: z.number(), currency: z.string() }).nullable(),
  energyWh: z.number().nullable(),
  /** What it rests on: `3 earlier runs on process, 2 on lab`. */
  words: z.string(),
})
export type PlanPrediction = z.infer<typeof PlanPrediction>

/** Something in the code that this machine has and the cluster will not. */
export const PortabilityFinding = z.object({
  kind: z.enum(['host_path', 'environment_variable', 'network_address']),
  /** Path of the file, or `pipeline` for the document. */
  file: z.string(),
  line: z.int(),
  /** The path, variable or address. */
  text: z.string(),
  /** Steps whose code this is; empty where it is that of all. */
  steps: z.array(z.string()),
  found: z.string(),
  fix: z.string(),
})
export type PortabilityFinding = z.infer<typeof PortabilityFinding>

/** What a push of a pipeline to a cluster would do. */
export const Plan = z.object({
  target: z.string(),
  pipeline: z.string(),
  pipelineDigest: z.string(),
  template: z.string().nullable(),
  verdict: z.enum(['go', 'warnings', 'no']),
  /** Why, in one sentence. */
  words: z.string(),
  /** That the plan took. */
  seconds: z.number(),
  objects: z.array(PlanObject),
  /** What was pushed there last; null where nothing was. `changes`: how this differs, null where its record is not there. */
  since: z
    .object({ version: PushedVersion.omit({ schedules: true }), changes: z.array(PushChange).nullable() })
    .nullable(),
  images: z.array(PlanImage),
  uploads: z.array(PlanUpload),
  /** Of all images and uploads, as far as it is known. */
  bytesToSend: z.number(),
  /** False where something has no size yet, or could not be looked at: then more may be sent. */
  isAllToSend: z.boolean(),
  steps: z.array(PlanStep),
  prediction: PlanPrediction,
  portability: z.array(PortabilityFinding),
  checks: z.array(PlanCheck),
})
export type Plan = z.infer<typeof Plan>
