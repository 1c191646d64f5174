import { join } from 'node:path'

/** Label of everything in the engine that belongs to a cluster of ours; its value is the name of the cluster. */
export const CLUSTER_LABEL = 'mini-submarine.cluster'
/** Label that kind puts on its nodes. */
export const KIND_LABEL = 'io.x-k8s.kind.cluster'
/** Namespace of runs, and of what serves them. */
export const RUNS_NAMESPACE = 'minisub'
export const SYSTEM_NAMESPACE = 'minisub-system'
/** That the pods of runs run as. */
export const SERVICE_ACCOUNT = 'pipeline'
/** Where artifacts of runs are kept in the store of the cluster. */
export const BUCKET = 'artifacts'

/** Names of what a cluster has in the engine. */
export function engineNames(cluster: string) {
  return {
    network: `minisub-${cluster}`,
    registry: `minisub-${cluster}-registry`,
    volume: `minisub-${cluster}-registry`,
  } as const
}

/** Name of the context in its kubeconfig, as kind has it. */
export function contextOf(cluster: string): string {
  return `kind-${cluster}`
}

/** Name of the secret with the credentials of its store, as `minisub target add` has it. */
export function secretOf(cluster: string): string {
  return `target-${cluster}`
}

/** What it has in the data folder; everything lies below `folder`. */
export function clusterPaths(home: string, cluster: string) {
  const folder = join(home, 'local-clusters', cluster)
  return {
    folder,
    kubeconfig: join(folder, 'kubeconfig'),
    config: join(folder, 'kind.yaml'),
    smoke: join(folder, 'smoke'),
    logs: (job: string) => join(folder, 'logs', job),
  } as const
}
