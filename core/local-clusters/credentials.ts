import { randomBytes } from 'node:crypto'
import { Problem } from '#core/base/problem.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { registryOf } from './cluster-registry.ts'
import type { LocalClusterDeps } from './deps.ts'
import { BUCKET, clusterPaths, contextOf, RUNS_NAMESPACE, secretOf, SERVICE_ACCOUNT } from './names.ts'
import type { StepContext, StoredCluster } from './types.ts'

const ACCESS_KEY = 'access-key'
const SECRET_KEY = 'secret-key'

export type Credentials = { readonly accessKey: string; readonly secretKey: string }

/**
 * Those of the store of a cluster: made once, kept as the secret of its target. Throws Problem `conflict` where somebody
 * else has a secret of that name.
 */
export async function ensureCredentials(
  { secrets }: Pick<LocalClusterDeps, 'secrets'>,
  { cluster, update }: Pick<StepContext, 'cluster' | 'update'>,
): Promise<Credentials> {
  const name = secretOf(cluster().name)
  if (cluster().ownsSecret !== true) {
    if ((await secrets.list()).secrets.some((it) => it.name === name)) throw secretTaken(name)
    update({ ownsSecret: true })
  }
  const accessKey = (await secrets.read(name, ACCESS_KEY)) ?? `minisub${randomBytes(6).toString('hex')}`
  const secretKey = (await secrets.read(name, SECRET_KEY)) ?? randomBytes(24).toString('hex')
  await secrets.set(name, ACCESS_KEY, accessKey)
  await secrets.set(name, SECRET_KEY, secretKey)
  return { accessKey, secretKey }
}

function secretTaken(name: string): Problem {
  return new Problem(
    'conflict',
    `there is a secret ${name} already: remove it (minisub secret delete ${name}), or choose another name for the cluster`,
  )
}

/** What a cluster of ours is as a target. `storeAddress`: of its store as pods see it. */
export function profileOf(
  home: string,
  cluster: StoredCluster,
  about: { readonly platform: string; readonly storeAddress: string },
): ClusterProfile {
  const secret = secretOf(cluster.name)
  return {
    kubeconfig: [clusterPaths(home, cluster.name).kubeconfig],
    context: contextOf(cluster.name),
    namespace: RUNS_NAMESPACE,
    serviceAccount: SERVICE_ACCOUNT,
    registry: registryOf(cluster),
    artifacts: {
      endpoint: `http://127.0.0.1:${cluster.ports.store}`,
      clusterEndpoint: about.storeAddress,
      bucket: BUCKET,
      prefix: '',
      region: 'us-east-1',
      pathStyle: true,
      accessKey: { secret, key: ACCESS_KEY },
      secretKey: { secret, key: SECRET_KEY },
    },
    platform: about.platform === 'linux/arm64' ? 'linux/arm64' : 'linux/amd64',
    nodeSelector: {},
    tolerations: [],
    labels: {},
  }
}
