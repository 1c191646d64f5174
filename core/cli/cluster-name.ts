import { Problem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import { clusterName, LOCAL_CLUSTER } from '#core/contract/local-clusters.ts'

/** A name that could be that of a cluster, or none, before any core is asked. Throws Problem `invalid_value`. */
export function checkedName(name: string | undefined): string | undefined {
  if (name === undefined) return undefined
  const result = clusterName.safeParse(name)
  if (result.success) return name
  throw new Problem('invalid_value', `${JSON.stringify(name)} is ${result.error.issues[0]?.message ?? 'no name'}`)
}

/**
 * The cluster that is meant where nobody named one: `local-cluster`, else the only one. Throws Problem `not_found` where
 * there is none, `usage` where there are several.
 */
export async function chosenCluster(client: Client, name: string | undefined): Promise<string> {
  if (name !== undefined) return name
  const { clusters } = await client.listClusters()
  const names = clusters.map((cluster) => cluster.name)
  const [only, ...more] = names
  if (only === undefined) {
    throw new Problem('not_found', 'there is no local cluster: make one with `minisub cluster create`')
  }
  if (names.includes(LOCAL_CLUSTER)) return LOCAL_CLUSTER
  if (more.length === 0) return only
  throw new Problem('usage', `there are several local clusters: name one of ${names.join(', ')}`)
}
