import type { Problem } from '#core/base/problem.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'

export type JudgedStep = {
  /** Pods at most: 1 without a fan-out; null where the length of its list is not known. */
  readonly width: number | null
  /** Of its image, such as `linux/amd64`; that of the target where absent. */
  readonly platform?: string
  /** How many of its items may run at once; no limit of its own where absent or null. */
  readonly parallelism?: number | null
}

/** Where something is judged. */
export type JudgePlace = {
  readonly profile: ClusterProfile
  /** To the namespace of the profile. */
  readonly cluster: Cluster
  readonly signal: AbortSignal
  /** Of all that is read at once; 2 s where absent. */
  readonly deadlineMs?: number
}

export type JudgeInput = JudgePlace & {
  /** The WorkflowTemplate or Workflow as it would be sent; null where it cannot be compiled. */
  readonly object: KubeObject | null
  /** Why what has its name is not as it was pushed; null where nothing is known against it. */
  readonly conflict: Problem | null
  /** Name of a step by that of the Argo template of its pods. */
  readonly templates: ReadonlyMap<string, string>
  readonly steps: Readonly<Record<string, JudgedStep>>
  /** Pods of one run at once; null: no limit. */
  readonly parallelism: number | null
  /** Names of what the push or the run makes itself. */
  readonly made: { readonly secrets: ReadonlySet<string>; readonly configMaps: ReadonlySet<string> }
  /** How many objects of each kind a push creates, and a run beside them. */
  readonly creates: {
    readonly push: Readonly<Record<string, number>>
    readonly run: Readonly<Record<string, number>>
  }
  /** Whether schedules are pushed as well. */
  readonly hasSchedules: boolean
}
