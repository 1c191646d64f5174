import { openClusterRuns, type ClusterRuns, type ClusterTargetsOptions } from '#core/cluster/index.ts'
import { openObjectStore } from '#core/objects/index.ts'
import { openCluster } from '#core/runtimes/kubernetes/index.ts'
import { describeTarget } from '#core/targets/index.ts'
import { readContexts } from './target-checks.ts'

type Options = Pick<ClusterTargetsOptions, 'home' | 'blobs' | 'secrets' | 'images' | 'clusterImages'>

/** Runs on clusters, with the connections that they share. Nothing is loaded or connected before one is asked for. */
export function openClusters(options: Options): ClusterRuns {
  const runs: ClusterRuns = openClusterRuns({
    ...options,
    openCluster,
    openObjectStore,
    describe: (profile) => describeTarget(profile, { cluster: runs.connections.to(profile).cluster, readContexts }),
  })
  return runs
}
