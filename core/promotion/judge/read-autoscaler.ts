import { isProblem } from '#core/base/problem.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'

/** What each kind of autoscaler leaves in a cluster. */
const SIGNS = [
  ['the cluster autoscaler', '/api/v1/namespaces/kube-system/configmaps/cluster-autoscaler-status'],
  ['Karpenter', '/apis/karpenter.sh'],
] as const

/** What makes nodes when a pod waits for one; null where nothing is seen that does, or may not be looked for. */
export async function readAutoscaler(cluster: Pick<Cluster, 'call'>, signal: AbortSignal): Promise<string | null> {
  const found = SIGNS.map(async ([name, path]) => ((await isThere(cluster, path, signal)) ? [name] : []))
  const [first = null] = (await Promise.all(found)).flat()
  return first
}

async function isThere(cluster: Pick<Cluster, 'call'>, path: string, signal: AbortSignal): Promise<boolean> {
  try {
    await cluster.call('GET', path, undefined, { signal })
    return true
  } catch (error) {
    if (isProblem(error) && (error.code === 'not_found' || error.code === 'cluster_forbidden')) return false
    throw error
  }
}
