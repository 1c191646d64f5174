import { z } from 'zod'
import { RUN_STATUSES, STEP_STATUSES } from './events.ts'
import { jsonValue } from './json.ts'

const time = z.iso.datetime().nullable()

/** What a reader sees of an output: a value as it is, a file or folder as where to find it. */
export const ArtifactView = z.object({
  type: z.enum(['file', 'folder']),
  /** Key in the artifact store: `runs/<run>/<step>/<output>`, after a fan-out with `/<index>`. */
  key: z.string(),
  size: z.number(),
  sha256: z.string(),
})
export type ArtifactView = z.infer<typeof ArtifactView>

/** Where a run goes on, or what it goes on with. */
export const MovedView = z.object({ run: z.string(), target: z.string() })

export const StepView = z.object({
  name: z.string(),
  item: z.object({ index: z.int(), values: z.record(z.string(), jsonValue) }).nullable(),
  status: z.enum(STEP_STATUSES),
  attempts: z.int(),
  stepKey: z.string().nullable(),
  startedAt: time,
  finishedAt: time,
  exitCode: z.int().nullable(),
  reason: z.string().nullable(),
  /** Values as they are; files and folders as an ArtifactView. */
  outputs: z.record(z.string(), jsonValue),
})
export type StepView = z.infer<typeof StepView>

/** The object that `run --json` and `show --json` print: a public interface. */
export const RunView = z.object({
  id: z.string(),
  pipeline: z.string(),
  pipelineDigest: z.string(),
  target: z.string(),
  status: z.enum(RUN_STATUSES),
  startedAt: time,
  finishedAt: time,
  /** Where it goes on; there only where it was moved. */
  movedTo: MovedView.optional(),
  /** The run that it goes on with; there only where that was moved. */
  movedFrom: MovedView.optional(),
  outputs: z.record(z.string(), jsonValue),
  steps: z.array(StepView),
})
export type RunView = z.infer<typeof RunView>

/** A row of the list of runs. */
export const RunSummary = RunView.omit({ steps: true, outputs: true }).extend({ createdAt: z.iso.datetime() })
export type RunSummary = z.infer<typeof RunSummary>

/** What to run. Paths are absolute paths on the machine of the core. */
export const RunRequest = z.strictObject({
  file: z.string().min(1),
  /** Values of parameters; a text stands for a value of any type when it comes from a command line. */
  parameters: z.record(z.string(), jsonValue).default({}),
  /** Texts as typed on a command line: converted by the declared type of the parameter. */
  parameterTexts: z.record(z.string(), z.string()).default({}),
  /** A name that `listTargets` knows. */
  target: z.string().default('process'),
  /** False: neither reads nor writes the cache. */
  cache: z.boolean().default(true),
  /** How many steps may run at once; the number of cores where absent. */
  parallelism: z.int().min(1).max(1024).optional(),
})
export type RunRequest = z.input<typeof RunRequest>

export const ResumeRequest = z.strictObject({
  /** Take today's folder instead of the snapshot: steps whose key changed, and all below them, run again. */
  withCode: z.boolean().default(false),
})

/** One attempt of a step run. */
export const AttemptView = z.object({
  attempt: z.int(),
  status: z.enum(STEP_STATUSES),
  startedAt: time,
  finishedAt: time,
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  reason: z.string().nullable(),
  cpuSeconds: z.number().nullable(),
  peakMemoryBytes: z.number().nullable(),
  /** Bytes of the files that it read and of those that it left; null where an older version ran it. */
  inputBytes: z.number().nullable(),
  outputBytes: z.number().nullable(),
})
export type AttemptView = z.infer<typeof AttemptView>

/** Everything about one step run beside what StepView says. */
export const StepDetail = z.object({
  view: StepView,
  command: z.array(z.string()),
  /** Variables that the step declares, filled in like the command; secrets only as references. */
  env: z.record(z.string(), z.string()),
  secrets: z.array(z.string()),
  /** What it asked for. */
  resources: z.object({
    cpu: z.number().optional(),
    memoryBytes: z.number().optional(),
    gpu: z.number().optional(),
    pids: z.number().optional(),
    shmBytes: z.number().optional(),
  }),
  /** Whether it may use the network. */
  network: z.boolean(),
  timeoutSeconds: z.number().nullable(),
  retryLimit: z.int(),
  /** Oldest first; those that resumed runs and caches spared it are not in it. */
  attempts: z.array(AttemptView),
  environment: z
    .object({ name: z.string(), digest: z.string(), kind: z.enum(['python', 'image', 'dockerfile']) })
    .nullable(),
  /** Why it was or was not taken from the cache. */
  cache: z.object({ hit: z.boolean(), reason: z.string(), differences: z.array(z.string()) }),
  notEnforced: z.array(z.string()),
  cpuSeconds: z.number().nullable(),
  peakMemoryBytes: z.number().nullable(),
  inputBytes: z.number().nullable(),
  outputBytes: z.number().nullable(),
})
export type StepDetail = z.infer<typeof StepDetail>

/** What an attempt had used by some times, oldest first; none of one that was too short to be looked at. */
export const UsageView = z.object({
  samples: z.array(
    z.object({
      time: z.iso.datetime(),
      /** Seconds of processors since it began. */
      cpuSeconds: z.number().nullable(),
      /** Bytes in use at that moment. */
      memoryBytes: z.number().nullable(),
    }),
  ),
})
export type UsageView = z.infer<typeof UsageView>

/** A pipeline as a cluster's engine takes it. */
export const CompiledView = z.object({
  /** Of the WorkflowTemplate: the hash of its content is in it. */
  name: z.string(),
  pipelineDigest: z.string(),
  /** The WorkflowTemplate for people and kubectl, with the command of each step as a comment. */
  yaml: z.string(),
})
export type CompiledView = z.infer<typeof CompiledView>

/** A pod that an attempt runs in, as its cluster has it. */
export const PodView = z.object({
  name: z.string(),
  namespace: z.string(),
  node: z.string().nullable(),
  phase: z.string(),
  startedAt: time,
  containers: z.array(
    z.object({
      name: z.string(),
      image: z.string(),
      state: z.string(),
      reason: z.string().nullable(),
      restarts: z.int(),
    }),
  ),
  /** In the cluster's own words, newest last. */
  events: z.array(z.object({ time, type: z.string(), reason: z.string(), message: z.string(), count: z.int() })),
})
export type PodView = z.infer<typeof PodView>

/** A file that a run left. */
export const ArtifactRow = z.object({
  step: z.string(),
  item: z.int().nullable(),
  output: z.string(),
  type: z.enum(['file', 'folder', 'value']),
  key: z.string(),
  size: z.number(),
  sha256: z.string(),
})
export type ArtifactRow = z.infer<typeof ArtifactRow>

const LogLineView = z.object({
  time: z.iso.datetime(),
  stream: z.enum(['stdout', 'stderr']),
  late: z.boolean(),
  text: z.string(),
})
/** A piece of a log: read on from `next`; `end` is true when nothing will follow. */
export const LogPageView = z.object({ lines: z.array(LogLineView), next: z.int(), end: z.boolean(), attempt: z.int() })
export type LogPageView = z.infer<typeof LogPageView>

/** What is kept of an environment on this machine; one digest may have a folder and an image. */
export const EnvironmentView = z.object({
  digest: z.string(),
  /** `python`: a folder with a virtual environment. `image`: an image of the container engine. */
  kind: z.enum(['python', 'image']),
  /** The name that the engine has the image by; null of a folder. */
  image: z.string().nullable(),
  /** Such as `linux/amd64`; null of a folder, which is for this machine. */
  platform: z.string().nullable(),
  /** Null of an image that does not hold a locked Python. */
  pythonMinor: z.string().nullable(),
  packages: z.array(z.string()),
  sizeBytes: z.number(),
  createdAt: time,
  lastUsedAt: time,
  state: z.enum(['ready', 'partial']),
  users: z.array(z.string()),
})
export type EnvironmentView = z.infer<typeof EnvironmentView>

/** How a pipeline looks after `validate`. */
export const PipelineView = z.object({
  name: z.string(),
  description: z.string().nullable(),
  file: z.string(),
  digest: z.string(),
  steps: z.array(z.object({ name: z.string(), needs: z.array(z.string()) })),
  parameters: z.record(z.string(), jsonValue),
  warnings: z.array(z.object({ message: z.string(), path: z.string().optional(), line: z.int().optional() })),
})
export type PipelineView = z.infer<typeof PipelineView>
