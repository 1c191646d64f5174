import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import type { ClusterImage } from '#core/environments/index.ts'
import type { RunFacts, RunState } from '#core/pipelines/index.ts'

/** A Kubernetes Secret that a variable of a step is taken from. */
export type SecretReference = { readonly name: string; readonly key: string }

/** All that the compiler is given: it does no I/O, and the same input gives the same bytes. */
export type CompileInput = {
  /**
   * The run as the scheduler left it before anything ran: what is cached, skipped or failed is final in it, fan-outs whose
   * lists are known are expanded, and everything else becomes a task.
   */
  readonly state: RunState
  /** Name of the Workflow; null for the WorkflowTemplate, whose state is that of a run before its first event. */
  readonly run: string | null
  readonly pipelineDigest: string
  /** Files beside the document, by step and input. */
  readonly files: RunFacts['files']
  /** Digest of the code snapshot; null where it holds no file. */
  readonly code: string | null
  readonly profile: ClusterProfile
  /** By the name of the environment; `''` for steps without one. */
  readonly images: Readonly<Record<string, ClusterImage>>
  /** Of the containers that copy the runner; null where no image needs it. */
  readonly runnerImage: string | null
  /** True: nodes mount that image as a volume, and no container has to copy it. */
  readonly imageVolumes: boolean
  /** ConfigMap with Argo's artifact repository. */
  readonly artifactRepository: { readonly configMap: string; readonly key: string }
  /** By step, then by variable. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, SecretReference>>>>
  /**
   * Key of an output that was there before the run, of a step that is cached, which need not lie below the run's own keys.
   * Undefined: where a step of this run would have left it, `runs/<run>/<step>/<output>`.
   */
  readonly locate: (step: string, output: string) => string | undefined
  readonly parallelism: number | null
  /** Whether what steps track is taken: their runners answer MLflow's client then. */
  readonly tracks: boolean
  /** Of the Argo that will run it. */
  readonly limits: ArgoLimits
  readonly labels: Readonly<Record<string, string>>
}

/** What a version of Argo takes. */
export type ArgoLimits = {
  readonly version: string
  /** Null where there is no cap. */
  readonly templates: number | null
  readonly tasks: number | null
  readonly parameters: number | null
  /** Of the whole object, its status apart, before compression. */
  readonly bytes: number
}

/** Something that must lie in the bucket before the Workflow is sent. */
export type NeededObject =
  /** Made by the compiler for a step: its spec by content, or the records of a cached one below the run's keys. */
  | { readonly key: string; readonly bytes: string; readonly step: string }
  /** Content of an input beside the document: a file at the key, a folder below it. */
  | { readonly key: string; readonly record: OutputRecord }

export type Compiled = {
  /** A Workflow where `run` is given, else a WorkflowTemplate, named by the hash of its content. */
  readonly object: ArgoObject
  readonly needed: readonly NeededObject[]
  /** Steps of the object by the names of their tasks. */
  readonly tasks: ReadonlyMap<string, string>
}

/** A Workflow or WorkflowTemplate as it is sent. */
export type ArgoObject = {
  readonly apiVersion: 'argoproj.io/v1alpha1'
  readonly kind: 'Workflow' | 'WorkflowTemplate'
  readonly metadata: {
    readonly name: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }
  readonly spec: Readonly<Record<string, unknown>>
}
