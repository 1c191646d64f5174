import { z } from 'zod'
import type { ClusterEvent, ClusterNodeUse } from '#core/contract/local-clusters.ts'
import type { LocalClusterDeps } from './deps.ts'
import { clusterPaths, contextOf } from './names.ts'
import { nodesOf } from './nodes.ts'
import type { StoredCluster } from './types.ts'
import { within } from './within.ts'

export type ClusterUse = {
  readonly nodes: z.infer<typeof ClusterNodeUse>[]
  /** Latest first. */
  readonly events: z.infer<typeof ClusterEvent>[]
}

const MOST_EVENTS = 200
/** An engine measures for two seconds. */
const LIMIT_MS = 10_000

/** What the nodes of a cluster use now, and what happened in it lately. Throws what an engine and a cluster throw. */
export async function clusterUse(deps: LocalClusterDeps, { name }: StoredCluster): Promise<ClusterUse> {
  const { engine, openCluster, home } = deps
  const use = await within(LIMIT_MS, useOf(engine, name))
  const { kubeconfig } = clusterPaths(home, name)
  await using cluster = await openCluster({ kubeconfig: [kubeconfig], context: contextOf(name), namespace: 'default' })
  const { items } = EventList.parse(await cluster.call('GET', `/api/v1/events?limit=${MOST_EVENTS}`))
  const events = items.map(viewOf).toSorted((a, b) => (b.at ?? '').localeCompare(a.at ?? ''))
  return { nodes: use, events }
}

async function useOf(engine: LocalClusterDeps['engine'], name: string): Promise<ClusterUse['nodes']> {
  const nodes = (await nodesOf(engine, name)).filter(({ state }) => state === 'running')
  return Promise.all(nodes.map(async (node) => ({ node: node.name, ...(await engine.use(node.id)) })))
}

/** As the API gives them; what a component leaves out is null there. */
const text = z
  .string()
  .nullish()
  .transform((it) => it ?? '')
const EventList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ namespace: text, creationTimestamp: text }),
      type: text,
      reason: text,
      message: text,
      lastTimestamp: text,
      eventTime: text,
      count: z.int().nullish(),
      involvedObject: z.object({ kind: text, name: text }),
    }),
  ),
})

type Event = z.infer<typeof EventList>['items'][number]

function viewOf(event: Event): z.infer<typeof ClusterEvent> {
  const { metadata, type, reason, message, lastTimestamp, eventTime, count, involvedObject } = event
  const at = [lastTimestamp, eventTime, metadata.creationTimestamp].find((time) => time !== '')
  const object = `${involvedObject.kind} ${involvedObject.name}`
  return { at: at ?? null, type, reason, object, namespace: metadata.namespace, message, count: count ?? 1 }
}
