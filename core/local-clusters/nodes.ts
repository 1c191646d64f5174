import { Problem } from '#core/base/problem.ts'
import type { ClusterEngine, EngineContainer } from '#core/runtimes/cluster-engine.ts'
import { KIND_LABEL } from './names.ts'

const ROLE_LABEL = 'io.x-k8s.kind.role'

/** The nodes of a cluster, with the control plane first. */
export async function nodesOf(engine: ClusterEngine, cluster: string): Promise<EngineContainer[]> {
  const nodes = await engine.containers([`${KIND_LABEL}=${cluster}`])
  return nodes.toSorted((a, b) => Number(isControlPlane(b)) - Number(isControlPlane(a)) || (a.name < b.name ? -1 : 1))
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
  { node, stdin = '' }: { readonly node: string; readonly stdin?: string },
  command: readonly string[],
): Promise<string> {
  const { code, stdout, stderr } = await engine.exec(node, command, stdin === '' ? {} : { stdin })
  if (code === 0) return stdout
  const words = stderr.trim().split('\n').at(-1) ?? ''
  throw new Problem('cluster_unusable', `${command[0]} failed in the node ${node} (${words}): try again`)
}
