import { Problem } from '#core/base/problem.ts'
import type { ClusterEngine, EngineContainer } from '#core/runtimes/cluster-engine.ts'
import { engineNames, KIND_LABEL } from './names.ts'

const ROLE_LABEL = 'io.x-k8s.kind.role'

/**
 * The nodes of a cluster, with the control plane first. What others made by this name with kind is on another network, and
 * none of it.
 */
export async function nodesOf(engine: Pick<ClusterEngine, 'containers'>, cluster: string): Promise<EngineContainer[]> {
  const { network } = engineNames(cluster)
  const nodes = await engine.containers([`${KIND_LABEL}=${cluster}`])
  const own = nodes.filter(({ networks }) => networks?.includes(network) ?? true)
  return own.toSorted((a, b) => Number(isControlPlane(b)) - Number(isControlPlane(a)) || (a.name < b.name ? -1 : 1))
}

/** `control-plane` or `worker`. */
export function roleOf({ labels }: EngineContainer): string {
  return labels[ROLE_LABEL] ?? 'node'
}

function isControlPlane(node: EngineContainer): boolean {
  return roleOf(node) === 'control-plane'
}

/** Runs a program in a node. Throws Problem `cluster_unusable` where it does not end with 0. */
export async function inNode(
  engine: ClusterEngine,
  { node, signal, stdin }: { readonly node: string; readonly signal: AbortSignal; readonly stdin?: string },
  command: readonly string[],
): Promise<string> {
  const options = stdin === undefined ? { signal } : { signal, stdin }
  const { code, stdout, stderr } = await engine.exec(node, command, options)
  if (code === 0) return stdout
  const words = stderr.trim().split('\n').at(-1) ?? ''
  throw new Problem('cluster_unusable', `${command[0]} failed in the node ${node} (${words}): try again`)
}
