import type { UserClusters } from '#core/conformance-engine.ts'
import { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { Engine } from '#core/engine.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'
import { openCluster } from '#core/runtimes/kubernetes/index.ts'
import { lab } from './requirements.ts'
import { GATEWAY_CREDENTIALS, openGatewayAt } from './s3-gateway.ts'

/** The secret that holds the credentials of the lab's bucket in data folders of tests. */
const SECRET = 'lab'

/** The lab as a cluster target, with a part of its bucket and its registry that no other test uses. */
export function labProfile(name: string, change: Partial<ClusterProfile> = {}): ClusterProfile {
  return ClusterProfile.parse({
    kubeconfig: [lab.kubeconfig],
    context: lab.context,
    namespace: lab.namespace,
    serviceAccount: 'pipeline',
    registry: `${lab.registry}/tests`,
    artifacts: {
      endpoint: lab.s3,
      bucket: lab.bucket,
      prefix: `tests/${name}/`,
      accessKey: { secret: SECRET, key: 'access' },
      secretKey: { secret: SECRET, key: 'secret' },
    },
    ...change,
  })
}

/** Makes the lab a target of an engine. */
export async function addLab(
  { clusterTargets, secrets }: Pick<Engine, 'clusterTargets' | 'secrets'>,
  profile: ClusterProfile,
  name = 'lab',
): Promise<void> {
  await secrets.set(SECRET, 'access', lab.accessKey)
  await secrets.set(SECRET, 'secret', lab.secretKey)
  if (clusterTargets.get(name) === undefined) clusterTargets.add(name, profile)
}

/**
 * A user whose only cluster is the lab, with a bucket of its own: the lab's store keeps no ETags of parts, so that it takes
 * nothing from Argo that is larger than 16 MiB.
 */
export type LabUser = UserClusters & AsyncDisposable

export async function openLabUser(name: string): Promise<LabUser> {
  const gateway = await openGatewayAt(new URL(lab.s3).hostname)
  const base = labProfile(name)
  const { endpoint, bucket } = gateway
  const profile = { ...base, artifacts: { ...base.artifacts, endpoint, bucket } }
  const at = new Date(0).toISOString()
  const view = { name: 'lab', profile, digest: '', createdAt: at, updatedAt: at }
  const values: Record<string, string> = {
    access: GATEWAY_CREDENTIALS.accessKey,
    secret: GATEWAY_CREDENTIALS.secretKey,
  }
  return {
    clusterTargets: { list: () => [view] },
    secrets: { read: (_secret, key) => Promise.resolve(values[key]) },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  }
}

export const PODS = { path: '/api/v1', plural: 'pods' } as const
export const WORKFLOWS = { path: '/apis/argoproj.io/v1alpha1', plural: 'workflows' } as const
export const SECRETS = { path: '/api/v1', plural: 'secrets' } as const

/** A connection to the lab as its administrator. */
export function openLab(): Cluster {
  return openCluster({ kubeconfig: [lab.kubeconfig], context: lab.context, namespace: lab.namespace })
}
