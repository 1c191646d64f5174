import type { OutputDeclaration } from '#core/contract/definition.ts'
import type { OutputRecord, OutputRecords } from '#core/contract/outputs.ts'
import type { Json } from '#core/base/json.ts'
import { CONTAINER, type RunnerEnd } from './protocol.ts'
import type { RunnerTracking } from './tracking.ts'

/**
 * What the step runner does in a pod, where no core is beside it: it is told all by files and variables that Argo fills
 * in, resolves command and env itself, and leaves everything in files that Argo takes.
 *
 * The folder CONTAINER.root is an empty volume. Argo puts every input into it as `a-<name>`, at its top, where any user
 * may write: `a-spec` (a PodSpec), `a-code` (the code, .tar.gz), and what the spec names.
 */
export const POD = {
  spec: `${CONTAINER.root}/a-spec`,
  code: `${CONTAINER.root}/a-code`,
  /** Where Argo puts the input artifact of this name. */
  artifact: (name: string): string => `${CONTAINER.root}/a-${name}`,
  /** A PodEnd: left by every attempt that was not killed. */
  end: `${CONTAINER.root}/end.json`,
  /** The records of the outputs, of an attempt that ended well only: what readers read. */
  outputs: `${CONTAINER.root}/outputs.json`,
  /** The value of a parameter output, base64 of its canonical JSON: what `when` and `forEach` of others read. */
  parameter: (output: string): string => `${CONTAINER.root}/p-${output}`,
} as const

/** The variables that the runner is told by. All others that begin so are the step's own, made by the runner. */
export const POD_VARIABLES = {
  run: 'MINISUB_POD_RUN',
  /** `{{retries}}`: 0 for the first attempt. */
  retry: 'MINISUB_POD_RETRY',
  /** Of a fan-out: the index, as digits. */
  index: 'MINISUB_POD_INDEX',
  /**
   * Of a fan-out: base64 of the canonical JSON of the item: the value itself where one variable is, else a list of the
   * values in the order of PodSpec.each.
   */
  item: 'MINISUB_POD_ITEM',
  /** How the producer of this number ended, in Argo's words: PodSpec.producers. */
  status: (index: number): string => `MINISUB_POD_STATUS_${index}`,
  /** The secret of this number: PodSpec.secrets. */
  secret: (index: number): string => `MINISUB_POD_SECRET_${index}`,
  /** Where the pod runs, by the downward API. */
  pod: 'MINISUB_POD_NAME',
  node: 'MINISUB_POD_NODE',
} as const

/** How a task ended, as Argo says it. All else in a variable of a status was not filled in, and fails the step. */
export const ARGO_STATUSES = ['Succeeded', 'Failed', 'Error', 'Skipped', 'Omitted'] as const
export type ArgoStatus = (typeof ARGO_STATUSES)[number]

/** Another step whose end or outputs this one reads. */
export type PodProducer = {
  readonly step: string
  readonly isFanOut: boolean
  /** Known when the run was submitted; else the variable POD_VARIABLES.status of its place in the list says it. */
  readonly status: ArgoStatus | null
  /**
   * The artifact that holds its records: a file as POD.outputs, of a fan-out a folder of `<index>.json`. Null where only
   * its status is read. Of one that was skipped it is missing or an empty folder.
   */
  readonly records: string | null
}

/** Where an input or a path comes from. */
export type PodSource =
  | {
      readonly from: 'output'
      /** Place in PodSpec.producers. */
      readonly producer: number
      readonly output: string
      /** The artifact with its bytes: a file, a folder, of a fan-out a folder of 0, 1, 2 …; null for a value. */
      readonly artifact: string | null
      /** What it is where the producer was skipped; absent where there is no default. */
      readonly default?: Json
    }
  /** A file or folder beside the document. */
  | { readonly from: 'file'; readonly record: OutputRecord; readonly artifact: string }

/** A part of a text. `path` is where the container has it, known when it was compiled. */
export type PodPart =
  | string
  | { readonly value: Extract<PodSource, { from: 'output' }> }
  | { readonly status: number }
  | { readonly each: string }
  | { readonly run: 'id' }

/** What is to lie below CONTAINER.inputs before the command starts. */
export type PodInput = { readonly name: string; readonly source: PodSource }

/** All that one step is, the same for each of its items and attempts: an object in the bucket, by its content. */
export type PodSpec = {
  readonly version: 1
  readonly step: string
  readonly command: readonly (readonly PodPart[])[]
  readonly env: Readonly<Record<string, readonly PodPart[]>>
  /** Variable name to the number of its secret: POD_VARIABLES.secret. Values are hidden in the log. */
  readonly secrets: Readonly<Record<string, number>>
  /** Variables of the fan-out in their order; empty outside of one. */
  readonly each: readonly string[]
  readonly producers: readonly PodProducer[]
  /** Names as `inputs.<name>`, and `steps.<step>.<output>` for outputs of which only the path is read. */
  readonly inputs: readonly PodInput[]
  readonly outputs: Readonly<Record<string, OutputDeclaration>>
  /** Outputs that are left as POD.parameter too. */
  readonly parameters: readonly string[]
  /** False: there is no code, and the working folder is empty. */
  readonly hasCode: boolean
  /** Variables that the image has and the runner must not: the command gets them, see RUNNER_HAZARDS. */
  readonly imageEnv: Readonly<Record<string, string>>
  readonly timeoutMs: number | null
  readonly graceMs: number
  /** Absent where nothing is tracked; the ids are those of `podTrackingIds`. */
  readonly tracking?: Pick<RunnerTracking, 'experimentName'>
}

/** What an attempt in a pod leaves for the core: all that its end is judged by. */
export type PodEnd = {
  readonly version: 1
  readonly pod: string
  readonly node: string
  /** Epoch ms at which the command began; null where it could not. */
  readonly startedAt: number | null
  readonly end: RunnerEnd
  /** Null unless it ended well. */
  readonly outputs: OutputRecords | null
  /** There where CONTAINER.tracking is. */
  readonly tracked?: true
}
