import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { Problem } from '#core/base/problem.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import { lastLines } from './looks.ts'
import { CORE, ourObject, RESTRICTED } from './objects.ts'
import { STORE } from './plan.ts'
import { faultOf } from './pod-state.ts'

export type DnsOptions = {
  readonly signal: AbortSignal
  readonly storeImage: string
  readonly storeAddress: string
  readonly patienceMs: number
}

const PODS = { path: '/api/v1', plural: 'pods' }
const NAME = 'minisub-dns-check'
const LOOK_MS = 300
/** So long an image that cannot be had is waited for. */
const STUCK_MS = 15_000
/** So long one pod may take to its end. */
const POD_MS = 60_000
const FIX = 'look at CoreDNS and kube-proxy in kube-system, or delete the cluster and create it again'

/**
 * Lets a pod reach the store by its name, with the store's own program as its client: so nothing has to be in an image
 * that is not there already. The namespace of the connection is that of the store. Resolves to what was found. Throws Problem `cluster_unusable`.
 */
export async function checkDns(cluster: Cluster, options: DnsOptions): Promise<string> {
  const { signal, patienceMs, storeAddress } = options
  const until = performance.now() + patienceMs
  const { hostname } = new URL(storeAddress)
  await remove(cluster, signal)
  try {
    for (;;) {
      await cluster.create(PODS, podOf(options), { signal })
      const end = await ended(cluster, signal)
      if (end === 'Succeeded') return `a pod finds ${hostname} by its name, and the store answers`
      const words = (await lastLines(cluster, NAME, { container: 'client', tailLines: 5, signal })).at(-1)
      if (performance.now() >= until) {
        throw new Problem('cluster_unusable', `a pod does not reach ${hostname} (${words ?? 'no word of why'}): ${FIX}`)
      }
      await remove(cluster, signal)
    }
  } finally {
    // Whoever gave up must not keep it from going.
    await cluster.delete(PODS, NAME, { graceSeconds: 0 })
  }
}

function podOf({ storeImage, storeAddress }: DnsOptions): KubeObject {
  const key = (name: string, field: string): object => ({
    name,
    valueFrom: { secretKeyRef: { name: STORE, key: field } },
  })
  const container = {
    name: 'client',
    image: storeImage,
    imagePullPolicy: 'IfNotPresent',
    args: ['admin', '--endpoint-url', storeAddress, 'list-buckets'],
    env: [key('ADMIN_ACCESS_KEY', 'accessKey'), key('ADMIN_SECRET_KEY', 'secretKey')],
    resources: { requests: { cpu: '10m', memory: '32Mi' } },
    securityContext: { ...RESTRICTED, runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
  }
  const spec = {
    restartPolicy: 'Never',
    activeDeadlineSeconds: 30,
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
    containers: [container],
  }
  return ourObject(CORE('Pod'), { name: NAME }, { spec })
}

const Phase = z.object({ status: z.object({ phase: z.string().default('') }).prefault({}) })

/** Its phase at its end. */
async function ended(cluster: Cluster, signal: AbortSignal): Promise<string> {
  const until = performance.now() + POD_MS
  let since = Number.POSITIVE_INFINITY
  for (;;) {
    const pod = await cluster.get(PODS, NAME, { signal })
    const { phase } = Phase.parse(pod).status
    if (phase === 'Succeeded' || phase === 'Failed') return phase
    const fault = faultOf(pod)
    since = fault === undefined ? Number.POSITIVE_INFINITY : Math.min(since, performance.now())
    const isStuck = fault !== undefined && performance.now() - since >= STUCK_MS
    if (isStuck || performance.now() >= until) {
      const words = fault === undefined ? `it is ${phase}` : `${fault.reason}, ${fault.message}`
      throw new Problem('cluster_unusable', `a pod does not start in ${cluster.namespace} (${words}): ${FIX}`)
    }
    await sleep(LOOK_MS, undefined, { signal })
  }
}

/** Resolves when it is gone. */
async function remove(cluster: Cluster, signal: AbortSignal): Promise<void> {
  while (await cluster.delete(PODS, NAME, { graceSeconds: 0, signal })) await sleep(LOOK_MS, undefined, { signal })
}
