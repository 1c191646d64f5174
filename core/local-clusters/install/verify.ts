import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { Problem } from '#core/base/problem.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import { checkDns } from './check-dns.ts'
import { Conditions, listAt } from './looks.ts'

export type VerifyOptions = {
  readonly signal: AbortSignal
  /** Image of the store, as nodes pull it. */
  readonly storeImage: string
  /** Address of the store as pods see it. */
  readonly storeAddress: string
  /** What was found, one line for each thing. */
  readonly onLine?: (line: string) => void
  /** So long each thing may take to be as it should; 60 s where absent. */
  readonly patienceMs?: number
}

const PATIENCE_MS = 60_000
const LOOK_MS = 500

/** What was found: a line where all is well, else why not. */
type Found = { readonly line: string } | { readonly fault: string; readonly fix: string }

/**
 * That a cluster of ours can be used: its nodes are ready, CoreDNS is available, there is a default storage class, and a
 * pod reaches the store by its name; it is made in the namespace of the connection, that of the store. Throws Problem
 * `cluster_unusable` with what is wrong. Leaves nothing, also when it is begun again after a kill.
 */
export async function verifyCluster(cluster: Cluster, options: VerifyOptions): Promise<void> {
  const { onLine = () => undefined } = options
  for (const look of [lookAtNodes, lookAtDns, lookAtClasses]) onLine(await until(look, cluster, options))
  onLine(await checkDns(cluster, { patienceMs: PATIENCE_MS, ...options }))
}

async function until(
  look: (cluster: Cluster, signal: AbortSignal) => Promise<Found>,
  ...[cluster, { signal, patienceMs = PATIENCE_MS }]: [Cluster, VerifyOptions]
): Promise<string> {
  const end = performance.now() + patienceMs
  for (;;) {
    const found = await look(cluster, signal)
    if ('line' in found) return found.line
    if (performance.now() >= end) throw new Problem('cluster_unusable', `${found.fault}: ${found.fix}`)
    await sleep(LOOK_MS, undefined, { signal })
  }
}

const Node = z.object({
  metadata: z.object({ name: z.string() }),
  status: Conditions,
})

async function lookAtNodes(cluster: Cluster, signal: AbortSignal): Promise<Found> {
  const nodes = (await listAt(cluster, '/api/v1/nodes', signal)).map((it) => Node.parse(it))
  const fix = 'look at its node with `docker logs`, or delete the cluster and create it again'
  if (nodes.length === 0) return { fault: 'the cluster has no node', fix }
  for (const { metadata, status } of nodes) {
    const ready = status.conditions.find(({ type }) => type === 'Ready')
    if (ready?.status === 'True') continue
    return { fault: `the node ${metadata.name} is not ready (${ready?.message ?? 'it has not said why'})`, fix }
  }
  return { line: `ready: ${nodes.map(({ metadata }) => metadata.name).join(', ')}` }
}

const Available = z.object({ status: z.object({ availableReplicas: z.number().default(0) }).prefault({}) })

async function lookAtDns(cluster: Cluster, signal: AbortSignal): Promise<Found> {
  const path = '/apis/apps/v1/namespaces/kube-system/deployments?labelSelector=k8s-app%3Dkube-dns'
  const found = await listAt(cluster, path, signal)
  const available = found.reduce((sum, it) => sum + Available.parse(it).status.availableReplicas, 0)
  if (available > 0) return { line: `CoreDNS is available, ${available} pods` }
  const fault = found.length === 0 ? 'the cluster has no CoreDNS' : 'CoreDNS of the cluster is not available'
  return { fault, fix: 'look at the pods in kube-system, or delete the cluster and create it again' }
}

async function lookAtClasses(cluster: Cluster, signal: AbortSignal): Promise<Found> {
  const classes = await listAt(cluster, '/apis/storage.k8s.io/v1/storageclasses', signal)
  const isDefault = ({ metadata }: KubeObject): boolean =>
    metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true'
  const found = classes.find(isDefault)
  if (found !== undefined) return { line: `the default storage class is ${found.metadata.name}` }
  return { fault: 'the cluster has no default storage class', fix: 'delete the cluster and create it again' }
}
