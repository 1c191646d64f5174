import { stringify } from 'yaml'
import type { LocalClusterForm } from '#core/contract/local-clusters.ts'
import { CLUSTER_LABEL } from '../names.ts'
import type { Ports } from '../types.ts'
import type { CreateShape } from './steps.ts'
import { broken, parseUserConfig, type UserConfig, type UserNode } from './user-config.ts'

/** Port of every node that leads to the store in the cluster. */
export const STORE_NODE_PORT = 30_900

const LOOPBACK = '127.0.0.1'
/** Preset in images since kind v0.27; older ones look for registries there only when told to. */
const REGISTRIES = ['[plugins."io.containerd.grpc.v1.cri".registry]', '  config_path = "/etc/containerd/certs.d"'].join(
  '\n',
)

export type KindConfigInput = {
  readonly form: Pick<LocalClusterForm, 'name' | 'workers'>
  readonly ports: Pick<Ports, 'api' | 'store'>
  readonly nodeImage: string
  /** Text of the configuration that the user has. */
  readonly user?: string
}

/** A configuration of kind, as YAML, and the nodes that it makes. */
export type KindConfig = { readonly yaml: string; readonly shape: CreateShape }

/**
 * The configuration of a cluster, laid over that of the user: name and address are ours, nodes get an image where they name
 * none, workers that are lacking are added. Throws Problem `invalid_value` for a configuration that cannot be used or that
 * takes a port that is ours.
 */
export function kindConfig({ form, ports, nodeImage, user }: KindConfigInput): KindConfig {
  const theirs = user === undefined ? undefined : parseUserConfig(user)
  const nodes = nodesOf(theirs, form.workers).map((node) => ({
    ...node,
    image: node.image ?? nodeImage,
    labels: { ...node.labels, [CLUSTER_LABEL]: form.name },
  }))
  const index = nodes.findIndex(({ role }) => role === 'control-plane')
  const withStore = nodes.map((node, at) => (at === index ? withStorePort(node, ports.store) : node))
  const config = {
    ...theirs,
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name: form.name,
    networking: { ...theirs?.networking, apiServerAddress: LOOPBACK, apiServerPort: ports.api },
    nodes: withStore,
    containerdConfigPatches: [...(theirs?.containerdConfigPatches ?? []), REGISTRIES],
  }
  const controlPlanes = nodes.filter(({ role }) => role === 'control-plane').length
  return { yaml: stringify(config), shape: { controlPlanes, workers: nodes.length - controlPlanes } }
}

function nodesOf(theirs: UserConfig | undefined, workers: number): readonly UserNode[] {
  const named: readonly UserNode[] = theirs?.nodes ?? []
  const nodes: readonly UserNode[] = named.length === 0 ? [{ role: 'control-plane' }] : named
  if (!nodes.some(({ role }) => role === 'control-plane')) throw broken('no node has the role control-plane')
  const there = nodes.filter(({ role }) => role === 'worker').length
  const lacking = Math.max(0, workers - there)
  return [...nodes, ...Array.from({ length: lacking }, (): UserNode => ({ role: 'worker' }))]
}

function withStorePort(node: UserNode, hostPort: number): UserNode {
  const theirs = node.extraPortMappings ?? []
  const taken = theirs.find((it) => it.containerPort === STORE_NODE_PORT || it.hostPort === hostPort)
  if (taken !== undefined) {
    const port = taken.containerPort === STORE_NODE_PORT ? STORE_NODE_PORT : hostPort
    throw broken(`extraPortMappings takes the port ${port}, which the store needs`)
  }
  const ours = { containerPort: STORE_NODE_PORT, hostPort, listenAddress: LOOPBACK, protocol: 'TCP' }
  return { ...node, extraPortMappings: [...theirs, ours] }
}
