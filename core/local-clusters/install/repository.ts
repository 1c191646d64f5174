import type { ArtifactsPlan } from './plan.ts'

/** The Secret with the credentials of the store, in the namespace of runs. */
export const ARTIFACT_SECRET = 'minisub-artifact-store'
/** Where Argo's containers keep the logs of pods, as runs of this program have it too. */
const LOGS = 'runs/{{workflow.name}}/.logs/{{pod.name}}'

/** Where Argo keeps artifacts and archived logs of Workflows that name no place of their own. */
export function repositoryOf({ address, bucket, prefix, region }: ArtifactsPlan): object {
  const { host, protocol } = new URL(address)
  return {
    archiveLogs: true,
    s3: {
      endpoint: host,
      insecure: protocol === 'http:',
      bucket,
      region,
      keyFormat: `${prefix}${LOGS}`,
      accessKeySecret: { name: ARTIFACT_SECRET, key: 'accessKey' },
      secretKeySecret: { name: ARTIFACT_SECRET, key: 'secretKey' },
    },
  }
}
