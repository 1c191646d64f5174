import { isProblem } from '#core/base/problem.ts'
import type { LocalClusterView } from '#core/contract/local-clusters.ts'
import type { EngineContainer } from '#core/runtimes/cluster-engine.ts'
import type { LocalClusterDeps } from './deps.ts'
import { VERSIONS } from './install/index.ts'
import { clusterPaths, contextOf } from './names.ts'
import { nodesOf, roleOf } from './nodes.ts'
import type { StoredCluster, StoredJob } from './types.ts'
import { within } from './within.ts'

type State = Pick<LocalClusterView, 'state' | 'reason'>
type Seen = State & { readonly nodes: readonly EngineContainer[] }

/** So long engine and cluster may take, each. */
const LIMIT_MS = 3_000

/** A cluster with what engine and cluster say of it now. */
export async function clusterView(
  deps: LocalClusterDeps,
  cluster: StoredCluster,
  latest: { readonly job: StoredJob | undefined; readonly view: LocalClusterView['job'] },
): Promise<LocalClusterView> {
  const { home, targets } = deps
  const { name, form, ports, kind, nodeImage, installed } = cluster
  const { nodes, ...state } = await look(deps, cluster, latest.job)
  return {
    name,
    form,
    ports,
    kind,
    nodeImage,
    installed,
    ...state,
    createdAt: new Date(cluster.createdAt).toISOString(),
    kubeconfig: clusterPaths(home, name).kubeconfig,
    context: contextOf(name),
    target: cluster.state === 'made' && targets.get(name) !== undefined ? name : null,
    upgradable: cluster.state === 'made' && Object.entries(VERSIONS).some(([part, now]) => installed[part] !== now),
    nodes: nodes.map((node) => ({ name: node.name, role: roleOf(node), state: node.state })),
    job: latest.view,
  }
}

async function look(deps: LocalClusterDeps, cluster: StoredCluster, job: StoredJob | undefined): Promise<Seen> {
  const nodes = await within(LIMIT_MS, nodesOf(deps.engine, cluster.name)).catch(problemOf)
  const told = byJob(cluster, job)
  if (isProblem(nodes)) return { nodes: [], ...(told ?? { state: 'unreachable', reason: nodes.message }) }
  if (told !== undefined) return { nodes, ...told }
  if (nodes.length === 0) {
    const reason = `the nodes of the cluster ${cluster.name} are gone: delete it, then create it again`
    return { nodes, state: 'unreachable', reason }
  }
  const off = nodes.find(({ state }) => state !== 'running')
  if (off !== undefined) {
    return { nodes, state: 'stopped', reason: `the node ${off.name} is ${off.state}: start the cluster` }
  }
  return { nodes, ...(await probe(deps, cluster.name)) }
}

/** What is known without a look. */
function byJob({ state }: StoredCluster, job: StoredJob | undefined): State | undefined {
  if (job?.status === 'running' && job.kind === 'create') return { state: 'creating', reason: null }
  if (job?.status === 'running' && job.kind === 'delete') return { state: 'deleting', reason: null }
  if (state === 'made') return undefined
  if (state === 'deleting' && job?.status !== 'failed') {
    return { state: 'failed', reason: 'it was not deleted to its end: delete it again' }
  }
  return { state: 'failed', reason: job?.problem?.message ?? 'it was not made to its end: retry it, or delete it' }
}

async function probe({ openCluster, home }: LocalClusterDeps, name: string): Promise<State> {
  const { kubeconfig } = clusterPaths(home, name)
  try {
    await using cluster = await openCluster({
      kubeconfig: [kubeconfig],
      context: contextOf(name),
      namespace: 'default',
    })
    await cluster.call('GET', '/version', undefined, { timeoutMs: LIMIT_MS })
    return { state: 'ready', reason: null }
  } catch (error) {
    return { state: 'unreachable', reason: problemOf(error).message }
  }
}

function problemOf(error: unknown) {
  if (isProblem(error)) return error
  throw error
}
