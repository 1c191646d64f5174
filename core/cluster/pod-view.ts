import { isProblem } from '#core/base/problem.ts'
import type { PodView } from '#core/contract/run.ts'
import type { ClusterAttempt } from '#core/pipelines/index.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import type { Connections } from './connections.ts'
import { nodeOf } from './log-taker.ts'
import { EVENTS, PODS } from './resources.ts'
import { readFrozenCluster } from './run-context.ts'

type State = { readonly reason?: string; readonly message?: string }
type ContainerStatus = {
  readonly name: string
  readonly image: string
  readonly restartCount?: number
  readonly state?: Readonly<Record<string, State>>
}
type Pod = KubeObject & {
  readonly spec?: { readonly nodeName?: string }
  readonly status?: {
    readonly phase?: string
    readonly startTime?: string
    readonly initContainerStatuses?: readonly ContainerStatus[]
    readonly containerStatuses?: readonly ContainerStatus[]
  }
}
type Event = KubeObject & {
  readonly type?: string
  readonly reason?: string
  readonly message?: string
  readonly count?: number
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
}

/** The pod of an attempt as the cluster has it now; null where it has it no more. */
export async function viewPod(connections: Connections, attempt: ClusterAttempt): Promise<PodView | null> {
  const { cluster } = connections.to(readFrozenCluster(attempt.frozen.cluster).profile)
  const node = await nodeOf(connections, attempt)
  if (node === undefined) return null
  try {
    const pod = await cluster.get(PODS, node.pod)
    return toView(cluster.namespace, pod, await eventsOf(cluster, node.pod))
  } catch (error) {
    if (isProblem(error) && error.code === 'not_found') return null
    throw error
  }
}

function toView(namespace: string, { metadata, spec, status }: Pod, events: PodView['events']): PodView {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  return {
    name: metadata.name,
    namespace,
    node: spec?.nodeName ?? null,
    phase: status?.phase ?? 'Unknown',
    startedAt: iso(status?.startTime),
    containers: containers.map(({ name, image, restartCount = 0, state = {} }) => {
      const [[kind, told] = ['unknown', {}]] = Object.entries(state)
      const reason = [told.reason, told.message].filter((text) => text !== undefined && text !== '').join(': ')
      return { name, image, state: kind, reason: reason === '' ? null : reason, restarts: restartCount }
    }),
    events,
  }
}

/** Those who may not list events get none. */
async function eventsOf(cluster: Cluster, pod: string): Promise<PodView['events']> {
  try {
    const events = await cluster.list(EVENTS, { fieldSelector: `involvedObject.name=${pod}` })
    return events.map(eventView).toSorted((a, b) => (a.time ?? '').localeCompare(b.time ?? ''))
  } catch (error) {
    if (isProblem(error) && error.code === 'cluster_forbidden') return []
    throw error
  }
}

function eventView({ type = '', reason = '', message = '', count = 1, ...at }: Event): PodView['events'][number] {
  const time = at.lastTimestamp ?? at.eventTime ?? at.metadata.creationTimestamp
  return { time: iso(time), type, reason, message, count }
}

function iso(text: string | null | undefined): string | null {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}
