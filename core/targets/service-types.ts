import type { ClusterProfile, ClusterTargetView } from '#core/contract/cluster-targets.ts'
import type { KubeContexts, TargetReport } from '#core/contract/target-report.ts'
import type { ObjectStore, ObjectStoreOptions } from '#core/objects/index.ts'
import type { Cluster, ClusterAddress } from '#core/runtimes/cluster.ts'
import type { Secrets } from '#core/secrets/index.ts'

/** Long work says what it does, a line at a time, and can be given up. */
export type Progress = { readonly onLine?: (line: string) => void; readonly signal?: AbortSignal }

/** What checks of a target work with. Each function throws a Problem for what is wrong outside. */
export type CheckDeps = {
  readonly openCluster: (address: ClusterAddress) => Promise<Cluster>
  readonly openObjectStore: (options: ObjectStoreOptions) => Promise<ObjectStore>
  readonly secrets: Pick<Secrets, 'read'>
  /** Throws where images may not be pushed to a registry. */
  readonly checkRegistry: (registry: string, signal: AbortSignal) => Promise<void>
  /** The reference of an image in the registry of a target that its nodes can run; any program will do. */
  readonly imageForProbe: (profile: ClusterProfile, signal: AbortSignal) => Promise<string>
}

/** What the server can ask of cluster targets. */
export type TargetService = {
  /** In the order of their names. */
  profiles(): ClusterTargetView[]
  /** Throws Problem `not_found`. */
  show(name: string): ClusterTargetView
  /**
   * Throws Problem `invalid_name`, `conflict` where the name is taken, or `cluster_config` for a kubeconfig that is
   * malformed or has other contexts only; one that is not there may come later.
   */
  add(name: string, profile: ClusterProfile): Promise<ClusterTargetView>
  /** Throws Problem `not_found`, `conflict` where an active run would be lost, or `cluster_config` as `add` does. */
  edit(name: string, profile: ClusterProfile): Promise<ClusterTargetView>
  /** Throws Problem `not_found`, or `conflict` while a run or a schedule needs it. */
  remove(name: string): void
  /** Checks all that a run needs; a line for each check that is done. Throws Problem `not_found`. */
  test(name: string, progress: Progress): Promise<TargetReport>
  /** Contexts of kubeconfig files; of the usual ones where none is named. Throws Problem `cluster_config`. */
  contexts(kubeconfig?: readonly string[]): Promise<KubeContexts>
  /** Calls back after each change; the result ends that. */
  onChange(listener: () => void): () => void
}
