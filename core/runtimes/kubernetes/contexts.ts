import { Problem } from '#core/base/problem.ts'
import type { ClusterAddress } from '../cluster.ts'
import { readKubeconfig } from './kubeconfig.ts'
import type { ClusterEntry, UserEntry } from './kubeconfig-shape.ts'

/** A context of a kubeconfig, as a picker shows it. */
export type KubeContext = {
  readonly name: string
  /** Address of its cluster; null where the kubeconfig lacks that cluster, so that the context cannot be used. */
  readonly server: string | null
  readonly user: string
  readonly namespace: string
  /** Whether kubectl would use it. */
  readonly isCurrent: boolean
}

/**
 * The contexts of several kubeconfig files, merged as kubectl does, by name. Nothing is connected and no plugin run. Throws
 * Problem `cluster_config` for a file that is malformed; one that is not there counts as empty.
 */
export async function readKubeconfigs(paths: readonly string[]): Promise<KubeContext[]> {
  const { contexts, clusters, currentContext } = await readKubeconfig(paths)
  return [...contexts]
    .map(([name, { cluster, user, namespace }]) => ({
      name,
      server: clusters.get(cluster)?.server ?? null,
      user: user ?? '',
      namespace: namespace ?? 'default',
      isCurrent: name === currentContext,
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** What a context consists of. */
export type Selected = { readonly cluster: ClusterEntry; readonly user: UserEntry; readonly userName: string }

/** Reads the context of an address. Throws Problem `cluster_config` that names what is missing, and what is there. */
export async function selectContext({ kubeconfig, context }: ClusterAddress): Promise<Selected> {
  const config = await readKubeconfig(kubeconfig)
  const files = kubeconfig.join(', ')
  const chosen = config.contexts.get(context)
  if (chosen === undefined) {
    const names = [...config.contexts.keys()].toSorted()
    const there = names.length === 0 ? 'there are none, check the path' : `choose one of ${names.join(', ')}`
    throw new Problem('cluster_config', `the kubeconfig ${files} has no context ${context}: ${there}`)
  }
  const missing = (kind: string, name: string): Problem =>
    new Problem('cluster_config', `the context ${context} of ${files} names the ${kind} ${name}, which is not there`)
  const cluster = config.clusters.get(chosen.cluster)
  if (cluster === undefined) throw missing('cluster', chosen.cluster)
  const userName = chosen.user ?? ''
  const user = userName === '' ? {} : config.users.get(userName)
  if (user === undefined) throw missing('user', userName)
  return { cluster, user, userName }
}
