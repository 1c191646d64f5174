import { Problem } from '#core/base/problem.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'
import type { LocalClusterDeps } from '../deps.ts'
import { applyAll } from './apply-all.ts'
import { manifestsOf, renderYaml } from './manifests.ts'
import { titleOf } from './objects.ts'
import type { StoreCredentials } from './plan.ts'
import { planForTarget } from './target-plan.ts'
import { waitReady } from './wait-ready.ts'

export type TargetInstallOptions = {
  readonly namespaced: boolean
  readonly dryRun: boolean
  readonly signal?: AbortSignal
  /** What is there already, what was applied, and what is waited for. */
  readonly onLine?: (line: string) => void
}

/** What was applied, or would be: as YAML with no value of a secret, and as `Namespace ml` and so on. */
export type Installed = { readonly yaml: string; readonly objects: readonly string[] }

/**
 * Puts into the cluster of a target what runs need there and it has not: what somebody else made stays as it is, and no
 * second controller of Argo gets its namespace. With `dryRun` nothing is changed. Throws Problem `not_found` for a target
 * that is not there, `secret_missing`, `cluster_forbidden` with the right that is missing, `conflict` for a cluster that
 * was made here, `cluster_unusable` where what was installed does not come up, and those of the connection.
 */
export async function installIntoTarget(
  deps: Pick<LocalClusterDeps, 'targets' | 'openCluster' | 'secrets'>,
  target: string,
  options: TargetInstallOptions,
): Promise<Installed> {
  const profile = deps.targets.get(target)?.profile
  if (profile === undefined) throw new Problem('not_found', `there is no cluster target ${target}: add it first`)
  const { kubeconfig, context, namespace, artifacts } = profile
  const accessKey = await known(deps, artifacts.accessKey)
  const secretKey = await known(deps, artifacts.secretKey)
  await using cluster = await deps.openCluster({ kubeconfig, context, namespace })
  return await installProfile(profile, { ...options, cluster, credentials: { accessKey, secretKey } })
}

async function known(
  { secrets }: Pick<LocalClusterDeps, 'secrets'>,
  { secret, key }: { readonly secret: string; readonly key: string },
): Promise<string> {
  const value = await secrets.read(secret, key)
  if (value !== undefined) return value
  throw new Problem('secret_missing', `the secret ${secret} has no key ${key}: minisub secret set ${secret} ${key}`)
}

type ProfileOptions = TargetInstallOptions & {
  /** To the namespace of the profile. */
  readonly cluster: Cluster
  /** Of the bucket of the profile. */
  readonly credentials: StoreCredentials
}

/** The same, on a connection. */
export async function installProfile(profile: ClusterProfile, options: ProfileOptions): Promise<Installed> {
  const { cluster, credentials, namespaced, dryRun } = options
  const { signal = new AbortController().signal, onLine = () => undefined } = options
  const wish = { cluster, profile, credentials, isNamespaced: namespaced, isDryRun: dryRun, signal, onLine }
  const plan = await planForTarget(wish)
  const objects = manifestsOf(plan)
  const result = { yaml: renderYaml(objects), objects: objects.map(titleOf) }
  if (dryRun) return result
  await applyAll(cluster, objects, {
    signal,
    onObject: (object, became) =>
      onLine(`${titleOf(object)}: ${became === 'applied' ? 'is as it should be' : 'of somebody else, left as it is'}`),
  })
  const places = new Set([plan.controller?.namespace, plan.store?.namespace].filter((it) => it !== undefined))
  for (const place of places) await waitReady(cluster, { namespace: place, signal, onNote: onLine })
  return result
}
