import type { ClusterProfile } from '#core/contract/cluster-targets.ts'

/** Where the pod has the object that it copies: in a volume, so that Argo puts it there and takes it from there. */
const FOLDER = '/minisub-test'
/** Argo puts its own program into every container: so that nothing is asked of the image, and it tells Argo's version. */
const COMMAND = ['/var/run/argo/argoexec', 'version']
/** Left by a core that was killed, it is ended and removed by Argo after that. */
const LONGEST_SECONDS = 600

type ProbeOptions = {
  readonly name: string
  readonly profile: ClusterProfile
  readonly image: string
  /** Keys of the bucket, without the prefix of the target. */
  readonly input: string
  readonly output: string
}

/** A Workflow of one pod that takes an object from the bucket and puts it there under another key. */
export function probeWorkflow({ name, profile, image, input, output }: ProbeOptions): object {
  const { labels, serviceAccount, nodeSelector, tolerations, imagePullSecret, platform } = profile
  const artifact = (key: string): object => ({
    name: 'probe',
    path: `${FOLDER}/probe`,
    archive: { none: {} },
    s3: { ...bucketOf(profile, name), key: `${profile.artifacts.prefix}${key}` },
  })
  const template = {
    name: 'probe',
    archiveLocation: { archiveLogs: false },
    nodeSelector: { ...nodeSelector, 'kubernetes.io/arch': platform.slice('linux/'.length) },
    inputs: { artifacts: [artifact(input)] },
    outputs: { artifacts: [artifact(output)] },
    volumes: [{ name: 'probe', emptyDir: {} }],
    container: { image, command: COMMAND, volumeMounts: [{ name: 'probe', mountPath: FOLDER }] },
  }
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name, labels },
    spec: {
      entrypoint: template.name,
      serviceAccountName: serviceAccount,
      archiveLogs: false,
      activeDeadlineSeconds: LONGEST_SECONDS,
      ttlStrategy: { secondsAfterCompletion: LONGEST_SECONDS },
      podMetadata: { labels },
      tolerations,
      ...(imagePullSecret === undefined ? {} : { imagePullSecrets: [{ name: imagePullSecret }] }),
      templates: [template],
    },
  }
}

function bucketOf({ artifacts }: ClusterProfile, secret: string): object {
  const { endpoint, clusterEndpoint, bucket, region } = artifacts
  const { host, protocol } = new URL(clusterEndpoint ?? endpoint)
  return {
    endpoint: host,
    insecure: protocol === 'http:',
    bucket,
    region,
    accessKeySecret: { name: secret, key: 'accessKey' },
    secretKeySecret: { name: secret, key: 'secretKey' },
  }
}

/** The Secret that the Workflow of the same name reaches the bucket with. */
export function probeSecret(
  name: string,
  credentials: { readonly accessKey: string; readonly secretKey: string },
): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: credentials }
}
