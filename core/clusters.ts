import { openClusterRuns, type ClusterRuns, type ClusterTargetsOptions } from '#core/cluster/index.ts'
import { openObjectStore } from '#core/objects/index.ts'
import { imageVolumesWork, openCluster } from '#core/runtimes/kubernetes/index.ts'
import { describeTarget } from '#core/targets/index.ts'
import { isProblem } from '#core/base/problem.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'
import { readContexts } from './target-checks.ts'

type Options = Pick<ClusterTargetsOptions, 'home' | 'blobs' | 'secrets' | 'images' | 'clusterImages' | 'tracks'>

/** Runs on clusters, with the connections that they share. Nothing is loaded or connected before one is asked for. */
export function openClusters(options: Options): ClusterRuns {
  const runs: ClusterRuns = openClusterRuns({
    ...options,
    // A Workflow may have a megabyte.
    openCluster: (address) => openCluster(address, { pageSize: 25 }),
    openObjectStore,
    haveImageVolumes,
    describe: (profile) => describeTarget(profile, { cluster: runs.connections.to(profile).cluster, readContexts }),
  })
  return runs
}

/** Who may not even try gets a container that copies the runner, which always works. */
async function haveImageVolumes(cluster: Cluster): Promise<boolean> {
  try {
    return await imageVolumesWork(cluster)
  } catch (error) {
    if (isProblem(error) && error.code === 'cluster_forbidden') return false
    throw error
  }
}
