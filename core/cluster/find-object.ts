import { isProblem } from '#core/base/problem.ts'
import type { Cluster, KubeObject, Resource } from '#core/runtimes/cluster.ts'

/** An object by its name; undefined where the cluster has none. */
export async function findObject(
  cluster: Cluster,
  resource: Resource,
  { name, signal }: { readonly name: string; readonly signal: AbortSignal | undefined },
): Promise<KubeObject | undefined> {
  try {
    return await cluster.get(resource, name, { signal })
  } catch (error) {
    if (isProblem(error) && error.code === 'not_found') return undefined
    throw error
  }
}
