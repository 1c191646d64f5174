import type { ClusterEngine } from '#core/runtimes/cluster-engine.ts'
import { CLUSTER_LABEL, engineNames } from './names.ts'
import { inNode, nodesOf } from './nodes.ts'
import type { StoredCluster } from './types.ts'

const REGISTRY_PORT = 5_000

/** The name by which images of a cluster are called, here and in its nodes. */
export function registryOf({ ports }: Pick<StoredCluster, 'ports'>): string {
  return `localhost:${ports.registry}`
}

/** Makes sure that its registry runs, reachable from this machine alone and from its network. */
export async function ensureRegistry(engine: ClusterEngine, cluster: StoredCluster, image: string): Promise<void> {
  const names = engineNames(cluster.name)
  await engine.ensureContainer({
    name: names.registry,
    image,
    labels: { [CLUSTER_LABEL]: cluster.name },
    env: { REGISTRY_STORAGE_DELETE_ENABLED: 'true', OTEL_TRACES_EXPORTER: 'none' },
    network: names.network,
    ports: { [REGISTRY_PORT]: cluster.ports.registry },
    volumes: { [names.volume]: '/var/lib/registry' },
    restarts: true,
  })
}

/**
 * Makes sure that the nodes find that registry under the name that it has on this machine, where nothing listens at that
 * address from within a node. See "Local Registry" in the documentation of kind.
 */
export async function pointNodes(engine: ClusterEngine, cluster: StoredCluster, signal: AbortSignal): Promise<void> {
  const folder = `/etc/containerd/certs.d/${registryOf(cluster)}`
  const hosts = `[host."http://${engineNames(cluster.name).registry}:${REGISTRY_PORT}"]\n`
  for (const { name } of await nodesOf(engine, cluster.name)) {
    await inNode(engine, { node: name, signal }, ['mkdir', '-p', folder])
    await inNode(engine, { node: name, signal, stdin: hosts }, ['tee', `${folder}/hosts.toml`])
  }
}
