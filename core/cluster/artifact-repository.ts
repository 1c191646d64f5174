import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { digestOfJson } from '#core/files/index.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'
import type { Secrets } from '#core/secrets/index.ts'
import { storeCredentials } from './connections.ts'
import { CONFIG_MAPS } from './resources.ts'
import { createOnce, putSecret } from './run-secrets.ts'
import type { CompileInput } from './types.ts'

type Store = ClusterProfile['artifacts']

/** Where Argo's containers keep the logs of a run's pods, below the prefix of the bucket. */
const LOGS = 'runs/{{workflow.name}}/.logs/{{pod.name}}'

/**
 * The ConfigMap that tells Argo of a bucket; its name is that of its content, so it never changes. What the credentials are
 * called on a machine is no part of it: all that reach a bucket make the same.
 */
export function artifactRepository({
  artifacts,
}: Pick<ClusterProfile, 'artifacts'>): CompileInput['artifactRepository'] {
  const { endpoint, clusterEndpoint, bucket, prefix, region } = artifacts
  const content = { endpoint: clusterEndpoint ?? endpoint, bucket, prefix, region }
  return { configMap: `minisub-artifacts-${digestOfJson(content).slice(0, 10)}`, key: 'store' }
}

/**
 * Makes the ConfigMap and the Secret by which Argo's containers reach the bucket, where they are not there. They stay:
 * runs of later days need them. Credentials that were changed here are changed there.
 */
export async function makeArtifactRepository(
  profile: Pick<ClusterProfile, 'artifacts'>,
  { cluster, secrets, signal }: { cluster: Cluster; secrets: Pick<Secrets, 'read'>; signal: AbortSignal | undefined },
): Promise<void> {
  const { configMap: name, key } = artifactRepository(profile)
  const labels = { 'app.kubernetes.io/managed-by': 'mini-submarine' }
  const data = await repositoryData(profile, secrets)
  await putSecret(cluster, { name, labels, data }, signal)
  const repository = JSON.stringify(repositoryOf(profile.artifacts, name))
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data: { [key]: repository } }
  await createOnce(() => cluster.create(CONFIG_MAPS, configMap, { signal }))
}

/** What that Secret holds. Throws Problem `secret_missing`. */
export async function repositoryData(
  { artifacts }: Pick<ClusterProfile, 'artifacts'>,
  secrets: Pick<Secrets, 'read'>,
): Promise<{ readonly accessKey: string; readonly secretKey: string }> {
  const { accessKey, secretKey } = await storeCredentials(artifacts, secrets)
  return { accessKey: encode(accessKey), secretKey: encode(secretKey) }
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** As Argo reads it; JSON is YAML too. */
function repositoryOf({ endpoint, clusterEndpoint, bucket, prefix, region }: Store, secret: string): object {
  const address = new URL(clusterEndpoint ?? endpoint)
  return {
    archiveLogs: true,
    s3: {
      endpoint: address.host,
      insecure: address.protocol === 'http:',
      bucket,
      region,
      keyFormat: `${prefix}${LOGS}`,
      accessKeySecret: { name: secret, key: 'accessKey' },
      secretKeySecret: { name: secret, key: 'secretKey' },
    },
  }
}
