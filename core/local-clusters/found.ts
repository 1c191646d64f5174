import { isProblem } from '#core/base/problem.ts'
import type { FoundCluster } from '#core/contract/local-clusters.ts'
import type { KubeContexts, KubeContextView } from '#core/contract/target-report.ts'
import type { ClusterEngine, EngineContainer } from '#core/runtimes/cluster-engine.ts'
import { CLUSTER_LABEL, KIND_LABEL } from './names.ts'

/** A target as far as it can lead to a cluster. */
export type TargetContext = { readonly name: string; readonly context: string }

export type FoundSources = {
  readonly engine: Pick<ClusterEngine, 'containers'>
  readonly contexts: () => Promise<KubeContexts>
  /** Names of the clusters that were made here. */
  readonly ours: readonly string[]
  readonly targets: readonly TargetContext[]
}

type Tool = {
  readonly tool: string
  /** Labels that its nodes carry, and the one whose value is the name of the cluster. */
  readonly labels: readonly string[]
  readonly nameLabel: string
  readonly contextOf: (name: string) => string
  /** Whether its API server is reached at the node's own address, and not at a port of this machine. */
  readonly isOwnAddress?: boolean
}

const TOOLS: readonly Tool[] = [
  { tool: 'kind', labels: [KIND_LABEL], nameLabel: KIND_LABEL, contextOf: (name) => `kind-${name}` },
  { tool: 'k3d', labels: ['app=k3d', 'k3d.cluster'], nameLabel: 'k3d.cluster', contextOf: (name) => `k3d-${name}` },
  {
    tool: 'minikube',
    labels: ['created_by.minikube.sigs.k8s.io=true'],
    nameLabel: 'name.minikube.sigs.k8s.io',
    contextOf: (name) => name,
    isOwnAddress: true,
  },
]
/** They live in a machine of their own: only their context tells of them. */
const DESKTOPS: Readonly<Record<string, string>> = {
  'docker-desktop': 'Docker Desktop',
  'rancher-desktop': 'Rancher Desktop',
}
/** So long the engine may take. */
const LIMIT_MS = 3_000

/**
 * Clusters on this machine that were not made here. An engine that does not answer and kubeconfig files that cannot be
 * read make the list shorter, and never an error; nothing is connected to.
 */
export async function findOutside(sources: FoundSources): Promise<FoundCluster[]> {
  const [{ contexts, kubeconfig }, ...ofTools] = await Promise.all([
    readable(sources.contexts, { contexts: [], kubeconfig: [] }),
    ...TOOLS.map((tool) => readable(() => nodesOf(sources, tool), new Map<string, EngineContainer[]>())),
  ])
  const targetsOf = (context: string | null): string[] =>
    sources.targets.filter((it) => it.context === context).map(({ name }) => name)
  const found: FoundCluster[] = []
  for (const [i, tool] of TOOLS.entries()) {
    for (const [name, containers] of ofTools[i] ?? []) {
      const context = contextFor({ ...tool, name }, containers, contexts)
      const state = containers.some((it) => it.state === 'running') ? ('running' as const) : ('stopped' as const)
      found.push({ tool: tool.tool, name, context, kubeconfig, state, targets: targetsOf(context) })
    }
  }
  for (const { name } of contexts) {
    const tool = Object.hasOwn(DESKTOPS, name) ? DESKTOPS[name] : undefined
    if (tool === undefined || found.some((it) => it.context === name)) continue
    found.push({ tool, name, context: name, kubeconfig, state: 'unknown', targets: targetsOf(name) })
  }
  return found.map((it) => (it.context === null ? { ...it, kubeconfig: [] } : it))
}

/** The nodes of the clusters of a tool, by name of the cluster. */
async function nodesOf({ engine, ours }: FoundSources, { labels, nameLabel }: Tool) {
  const nodes = new Map<string, EngineContainer[]>()
  for (const container of await engine.containers(labels)) {
    const name = container.labels[nameLabel] ?? ''
    const isOurs = nameLabel === KIND_LABEL && ours.includes(name)
    if (name === '' || isOurs || container.labels[CLUSTER_LABEL] !== undefined) continue
    nodes.set(name, [...(nodes.get(name) ?? []), container])
  }
  return nodes
}

/** The context of the usual name, unless it leads elsewhere; else the one whose server is a port of a node. */
function contextFor(
  { contextOf, name, isOwnAddress = false }: Pick<Tool, 'contextOf' | 'isOwnAddress'> & { readonly name: string },
  nodes: readonly EngineContainer[],
  contexts: readonly KubeContextView[],
): string | null {
  const ports = new Set(nodes.flatMap(({ hostPorts }) => hostPorts))
  const usual = contexts.find((it) => it.name === contextOf(name))
  const address = addressOf(usual)
  // A node that is stopped has no ports.
  const isHere = address !== undefined && (isOwnAddress || ports.size === 0 || ports.has(address.port))
  if (usual !== undefined && isHere) return usual.name
  const byPort = contexts.find((context) => {
    const other = addressOf(context)
    return other?.isLoopback === true && ports.has(other.port)
  })
  return byPort?.name ?? null
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1\]|host\.docker\.internal)$/

function addressOf(context: KubeContextView | undefined) {
  if (context === undefined || context.server === null || !URL.canParse(context.server)) return undefined
  const { hostname, port, protocol } = new URL(context.server)
  return { isLoopback: LOOPBACK.test(hostname), port: Number(port || (protocol === 'http:' ? 80 : 443)) }
}

async function readable<Value>(read: () => Promise<Value>, otherwise: Value): Promise<Value> {
  const late = Promise.withResolvers<Value>()
  const timer = setTimeout(() => late.resolve(otherwise), LIMIT_MS)
  try {
    return await Promise.race([read(), late.promise])
  } catch (error) {
    if (!isProblem(error)) throw error
    return otherwise
  } finally {
    clearTimeout(timer)
  }
}
