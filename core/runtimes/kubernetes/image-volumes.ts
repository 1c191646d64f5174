import { z } from 'zod'
import { isProblem } from '#core/base/problem.ts'
import type { CallOptions, Cluster } from '../cluster.ts'

const PODS = { path: '/api/v1', plural: 'pods' } as const

const kept = z.object({ spec: z.object({ volumes: z.array(z.looseObject({ image: z.unknown().optional() })) }) })

/**
 * Whether a cluster takes pods with image volumes: a pod with one is tried without being made, and looked at whether the
 * volume is still there. API servers without the feature drop it in silence. Whether each node's runtime can mount it
 * (containerd 2.1, CRI-O 1.31) is known only once a pod runs there. False where such a pod is refused; throws what a
 * call throws else, such as Problem `cluster_forbidden` or `cluster_unreachable`.
 */
export async function imageVolumesWork(cluster: Cluster, options: CallOptions = {}): Promise<boolean> {
  try {
    const answer = kept.safeParse(await cluster.create(PODS, PROBE, { ...options, dryRun: true }))
    return answer.success && answer.data.spec.volumes.some(({ image }) => image !== undefined)
  } catch (error) {
    if (isProblem(error) && error.code === 'cluster_refused') return false
    throw error
  }
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
