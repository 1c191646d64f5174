import { z } from 'zod'
import { isProblem } from '#core/base/problem.ts'
import type { CallOptions, Cluster } from '../cluster.ts'

const PODS = { path: '/api/v1', plural: 'pods' } as const

const kept = z.object({ spec: z.object({ volumes: z.array(z.looseObject({ image: z.unknown().optional() })) }) })

const Nodes = z.object({
  items: z.array(
    z.object({
      status: z.object({ nodeInfo: z.object({ containerRuntimeVersion: z.string(), kubeletVersion: z.string() }) }),
    }),
  ),
})

/** From these versions on kubelets have image volumes by default, and containerd mounts a folder of an image. */
const KUBELET = /^v1\.(?:3[5-9]|[4-9]\d|\d{3,})\./
const RUNTIME = /^containerd:\/\/(?:2\.(?:[2-9]|\d{2,})|[3-9]|\d{2,})\./

/**
 * Whether pods of a cluster can mount the runner as an image volume: its API server keeps such volumes, and all its nodes
 * mount them. A pod with one is tried without being made, and looked at whether the volume is still there, since API
 * servers without the feature drop it in silence. So does containerd before 2.2 with the path in the image, and CRI-O may
 * let nothing be executed in such a volume. False where such a pod is refused; throws what a call throws else, such as
 * Problem `cluster_forbidden`, also for who may not list nodes, or `cluster_unreachable`.
 */
export async function imageVolumesWork(cluster: Cluster, options: CallOptions = {}): Promise<boolean> {
  return (await areKept(cluster, options)) && (await areMounted(cluster, options))
}

async function areKept(cluster: Cluster, options: CallOptions): Promise<boolean> {
  try {
    const answer = kept.safeParse(await cluster.create(PODS, PROBE, { ...options, dryRun: true }))
    return answer.success && answer.data.spec.volumes.some(({ image }) => image !== undefined)
  } catch (error) {
    if (isProblem(error) && error.code === 'cluster_refused') return false
    throw error
  }
}

async function areMounted(cluster: Cluster, options: CallOptions): Promise<boolean> {
  const answer = Nodes.safeParse(await cluster.call('GET', '/api/v1/nodes', undefined, options))
  const nodes = answer.success ? answer.data.items.map(({ status }) => status.nodeInfo) : []
  return (
    nodes.length > 0 && nodes.every((it) => KUBELET.test(it.kubeletVersion) && RUNTIME.test(it.containerRuntimeVersion))
  )
}

/** As small and as harmless as quotas and security levels want pods. */
const PROBE = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: 'minisub-image-volume-' },
  spec: {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65_534, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'main',
        image: 'none.invalid/none:1',
        resources: { requests: { cpu: '1m', memory: '8Mi' }, limits: { cpu: '1m', memory: '8Mi' } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        volumeMounts: [{ name: 'image', mountPath: '/image', readOnly: true }],
      },
    ],
    volumes: [{ name: 'image', image: { reference: 'none.invalid/none:1', pullPolicy: 'IfNotPresent' } }],
  },
} as const
