import type { Looked } from '#core/base/looked.ts'
import type { Problem } from '#core/base/problem.ts'
import type { PlanImage, PlanObject, PlanUpload } from '#core/contract/plan.ts'
import type { ClusterRun } from './cluster-target.ts'
import type { RunState } from './run-state.ts'

/** A run that is asked for and will not be started: of other buckets nothing is taken to this machine. */
export type SurveyedRun = Omit<ClusterRun, 'fetch'>

/** What a cluster target would do for a run or a push. Each part is looked at by itself, and those that failed say why. */
export type ClusterSurvey = {
  /** That all of it took. */
  readonly seconds: number
  /** How a run that begins now would look before anything of it began: what is cached or skipped is final in it. */
  readonly state: RunState
  /** Whether the bucket was asked for what is cached; where it did not answer, `state` is by what this machine knows. */
  readonly cache: Looked<true>
  /** Where each secret that steps name is, by `<secret>/<key>`; one that could not be asked for says why. */
  readonly secrets: Readonly<Record<string, Looked<SecretPlace>>>
  /** Such as `3.x`. */
  readonly argo: Looked<{ readonly version: string }>
  readonly images: readonly SurveyedImage[]
  /** The Workflow of a run that begins now; null where nothing would be sent, since all is cached or skipped. */
  readonly workflow: SurveyedWorkflow | null
  /** The API server's answer to a dry run of that Workflow; null where there is none to try. */
  readonly dryRun: Looked<true> | null
  /** The WorkflowTemplate of a push: no step is left out of it; what is set here alone it takes from the Secret of the push. */
  readonly template: SurveyedWorkflow
  /** What a push and a run make in namespace and bucket, beside what is uploaded. */
  readonly objects: readonly SurveyedObject[]
}

/** In the namespace, else set on this machine and taken along, or in neither place. */
export type SecretPlace = 'cluster' | 'here' | 'missing'

/** The image of an environment: `''` of steps without one, null the runner's own, where pods copy it. */
export type SurveyedImage = {
  readonly environment: string | null
  readonly image: Looked<PlanImage>
  /** Names of the variables that it brings; null where nobody can tell before it is made. */
  readonly variables: readonly string[] | null
  /** Why its registry did not tell that it is there, though a push would take it as it is; null where it did. */
  readonly unread: string | null
}

export type SurveyedObject = Pick<PlanObject, 'kind' | 'name'> & { readonly plan: Looked<PlanObject> }

/** A Workflow or WorkflowTemplate as it would be sent, and what must be in the bucket before. */
export type SurveyedWorkflow = {
  /** Null where it cannot be compiled. */
  readonly object: CompiledObject | null
  /** Why it cannot be compiled or is more than Argo takes; null where there is nothing in its way. */
  readonly problem: Problem | null
  /**
   * False where an image has no digest before it is pushed, or could not be looked at: then references, the name of a
   * template, and what steps are told of an image's variables, are not final.
   */
  readonly isPinned: boolean
  /** Names of steps by the names of the templates of their pods and fan-outs. */
  readonly steps: ReadonlyMap<string, string>
  /** Empty where it cannot be compiled. */
  readonly meter: readonly ArgoMeter[]
  readonly uploads: Looked<readonly PlanUpload[]>
}

/** An object of Argo as it would be sent. */
export type CompiledObject = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }
  readonly spec: Readonly<Record<string, unknown>>
}

/** How much of a limit of Argo is used. */
export type ArgoMeter = {
  /** Templates in all, tasks of the largest graph, parameters of the longest list, bytes with what Argo notes of pods. */
  readonly what: 'templates' | 'tasks' | 'parameters' | 'bytes'
  readonly used: number
  /** Null where there is none. */
  readonly cap: number | null
}
