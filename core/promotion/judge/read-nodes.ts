import { z } from 'zod'
import { Quantities, type Taint } from '#core/cluster-facts/index.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'
import { amountsOf, podAmounts, sumOf, type Amounts } from './amounts.ts'
import { Labels, Resources } from './pod-spec.ts'

/** A node as the scheduler sees it, without what pods take of it. */
export type NodeFacts = {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Such as `linux/amd64`. */
  readonly platform: string
  readonly taints: readonly Taint[]
  readonly isCordoned: boolean
  readonly isReady: boolean
  /** Such as `MemoryPressure`. */
  readonly pressures: readonly string[]
  readonly allocatable: Amounts
}

const PAGE = 500
const Page = z.object({
  metadata: z.object({ continue: z.string().optional() }).prefault({}),
  items: z.array(z.unknown()).nullish(),
})
const Node = z.object({
  metadata: z.object({ name: z.string(), labels: Labels }),
  spec: z
    .object({
      unschedulable: z.boolean().default(false),
      taints: z.array(z.object({ key: z.string(), value: z.string().default(''), effect: z.string() })).default([]),
    })
    .prefault({}),
  status: z.object({
    allocatable: Quantities,
    conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
    nodeInfo: z.object({ architecture: z.string(), operatingSystem: z.string() }),
  }),
})
const Container = z.object({ resources: Resources, restartPolicy: z.string().optional() })
const RunningPod = z.object({
  spec: z.object({
    nodeName: z.string().default(''),
    overhead: Quantities,
    initContainers: z.array(Container).default([]),
    containers: z.array(Container),
  }),
})

/** All objects of a kind in the whole cluster, page by page. */
export async function listAcross(
  cluster: Pick<Cluster, 'call'>,
  { path, query = '' }: { readonly path: string; readonly query?: string },
  signal: AbortSignal,
): Promise<unknown[]> {
  const objects: unknown[] = []
  let next = ''
  do {
    const place = next === '' ? '' : `&continue=${encodeURIComponent(next)}`
    const answer = await cluster.call('GET', `${path}?limit=${PAGE}${query}${place}`, undefined, { signal })
    const page = Page.parse(answer)
    for (const object of page.items ?? []) objects.push(object)
    next = page.metadata.continue ?? ''
  } while (next !== '')
  return objects
}

export async function readNodes(cluster: Cluster, signal: AbortSignal): Promise<NodeFacts[]> {
  return (await listAcross(cluster, { path: '/api/v1/nodes' }, signal)).map(nodeFacts)
}

/** A node of the API as facts. */
export function nodeFacts(object: unknown): NodeFacts {
  const { metadata, spec, status } = Node.parse(object)
  const isTrue = status.conditions.filter((it) => it.status === 'True').map(({ type }) => type)
  const { operatingSystem, architecture } = status.nodeInfo
  return {
    name: metadata.name,
    labels: metadata.labels,
    platform: `${operatingSystem}/${architecture}`,
    taints: spec.taints,
    isCordoned: spec.unschedulable,
    isReady: isTrue.includes('Ready'),
    pressures: isTrue.filter((type) => type.endsWith('Pressure')),
    allocatable: amountsOf(status.allocatable),
  }
}

/** What pods that have not ended take of each node, by its name, `pods` among it. */
export async function readTaken(cluster: Cluster, signal: AbortSignal): Promise<ReadonlyMap<string, Amounts>> {
  const query = `&fieldSelector=${encodeURIComponent('status.phase!=Succeeded,status.phase!=Failed')}`
  const taken = new Map<string, Amounts>()
  for (const object of await listAcross(cluster, { path: '/api/v1/pods', query }, signal)) {
    const { spec } = RunningPod.parse(object)
    const before = taken.get(spec.nodeName) ?? {}
    taken.set(spec.nodeName, sumOf([before, podAmounts(spec, 'requests'), { pods: 1 }]))
  }
  return taken
}
