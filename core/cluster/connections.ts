import { Problem } from '#core/base/problem.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { digestOfJson } from '#core/files/index.ts'
import type { ObjectStore, ObjectStoreOptions } from '#core/objects/index.ts'
import type { Cluster, ClusterAddress } from '#core/runtimes/cluster.ts'
import type { Secrets } from '#core/secrets/index.ts'
import { openStartTimes, type StartTimes } from './start-time.ts'
import { openWorkflowWatch, type WorkflowWatch } from './workflow-watch.ts'

export type ConnectionOptions = {
  readonly secrets: Pick<Secrets, 'read'>
  /** Of the data folder: what it makes in a cluster carries it. */
  readonly home: () => string
  readonly openCluster: (address: ClusterAddress) => Cluster
  readonly openObjectStore: (options: ObjectStoreOptions) => ObjectStore
}

/** The cluster and the bucket of a profile. */
export type Connection = {
  readonly cluster: Cluster
  readonly store: ObjectStore
  readonly watch: WorkflowWatch
  readonly starts: StartTimes
}

/** Connections by what they lead to; each is made once, and connects when it is used. */
export type Connections = AsyncDisposable & { to(profile: ClusterProfile): Connection }

/** Names a bucket with its prefix. */
export function storeId({ artifacts }: ClusterProfile): string {
  const { endpoint, bucket, prefix } = artifacts
  return digestOfJson({ endpoint, bucket, prefix }).slice(0, 16)
}

export function openConnections(options: ConnectionOptions): Connections {
  const clusters = new Map<string, Omit<Connection, 'store'>>()
  const stores = new Map<string, ObjectStore>()
  const stack = new AsyncDisposableStack()
  const clusterOf = ({ kubeconfig, context, namespace }: ClusterProfile): Omit<Connection, 'store'> => {
    const cluster = stack.use(options.openCluster({ kubeconfig, context, namespace }))
    return { cluster, watch: openWorkflowWatch(cluster, options.home()), starts: openStartTimes(cluster) }
  }
  return {
    to(profile) {
      const { kubeconfig, context, namespace, artifacts } = profile
      return {
        ...getOrMake(clusters, JSON.stringify([kubeconfig, context, namespace]), () => clusterOf(profile)),
        store: getOrMake(stores, JSON.stringify(artifacts), () =>
          stack.use(options.openObjectStore(storeOptions(profile, options))),
        ),
      }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

function getOrMake<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key) ?? make()
  known.set(key, found)
  return found
}

function storeOptions({ artifacts }: ClusterProfile, { secrets }: ConnectionOptions): ObjectStoreOptions {
  const { endpoint, bucket, prefix, region, pathStyle } = artifacts
  return { endpoint, bucket, prefix, region, pathStyle, credentials: () => storeCredentials(artifacts, secrets) }
}

/** Throws Problem `secret_missing` where this data folder has none. */
export async function storeCredentials(
  { accessKey, secretKey }: Pick<ClusterProfile['artifacts'], 'accessKey' | 'secretKey'>,
  secrets: Pick<Secrets, 'read'>,
): Promise<{ accessKey: string; secretKey: string }> {
  return { accessKey: await wanted(accessKey, secrets), secretKey: await wanted(secretKey, secrets) }
}

async function wanted(of: { secret: string; key: string }, secrets: Pick<Secrets, 'read'>): Promise<string> {
  const value = await secrets.read(of.secret, of.key)
  if (value !== undefined) return value
  const command = `minisub secret set ${of.secret} ${of.key}`
  throw new Problem(
    'secret_missing',
    `the bucket's credential ${of.secret}/${of.key} is not set here: set it with \`${command}\``,
  )
}
