import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'

export type JudgedStep = {
  /** Pods at most: 1 without a fan-out; null where the length of its list is not known. */
  readonly width: number | null
  /** Of its image, such as `linux/amd64`; that of the target where absent. */
  readonly platform?: string
}

export type JudgeInput = {
  readonly profile: ClusterProfile
  /** To the namespace of the profile. */
  readonly cluster: Cluster
  /** The WorkflowTemplate or Workflow as it would be sent. */
  readonly object: KubeObject
  /** Name of a step by that of the Argo template of its pods. */
  readonly templates: ReadonlyMap<string, string>
  readonly steps: Readonly<Record<string, JudgedStep>>
  /** Pods of one run at once; null: no limit. */
  readonly parallelism: number | null
  /** Names of what the push or the run makes itself. */
  readonly made: { readonly secrets: ReadonlySet<string>; readonly configMaps: ReadonlySet<string> }
  /** Whether schedules are pushed as well. */
  readonly hasSchedules: boolean
  readonly signal: AbortSignal
  /** Of each look at the cluster; 2 s where absent. */
  readonly deadlineMs?: number
}
