import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'
import { SYSTEM_NAMESPACE } from '../names.ts'
import { findControllers, findOwnControllers, missingKinds, type FoundController } from './find-argo.ts'
import {
  CONTROLLER,
  storeNamespaceOf,
  type ControllerPlan,
  type InstallPlan,
  type StoreCredentials,
  type StorePlan,
} from './plan.ts'
import { takesWorkflows } from './probe-controller.ts'
import { mayAddKinds, namespacesFor, notMadeHere, usersOf } from './target-looks.ts'
import { IMAGES } from './versions.ts'

/** Of the volume of a store in a cluster that somebody has already. */
const STORE_SIZE = '20Gi'

export type TargetWish = {
  readonly cluster: Cluster
  readonly profile: ClusterProfile
  readonly credentials: StoreCredentials
  /** Only into the namespace of the target. */
  readonly isNamespaced: boolean
  /** Nothing may be changed, not even for a moment. */
  readonly isDryRun: boolean
  readonly signal: AbortSignal
  readonly onLine: (line: string) => void
}

/**
 * What the cluster of a target lacks of what runs need there. Says what is there already. Throws Problem
 * `cluster_forbidden` where an administrator has to do something first, `conflict` for a cluster that was made here.
 */
export async function planForTarget(wish: TargetWish): Promise<InstallPlan> {
  const { cluster, profile, signal } = wish
  const { namespace, serviceAccount } = profile
  await notMadeHere(cluster, signal)
  const missing = await missingKinds(cluster, signal)
  const controller = await controllerFor(wish, missing.includes('workflows'))
  // A controller of somebody else came with the kinds that it wants.
  const kinds = controller === null ? [] : missing
  if (wish.isNamespaced && !wish.isDryRun && kinds.length > 0) await mayAddKinds(cluster, profile.context, signal)
  const store = storeFor(wish)
  const homes = [namespace, controller?.namespace, store?.namespace].filter((it) => it !== undefined)
  return {
    namespace,
    serviceAccount,
    images: IMAGES,
    namespaces: await namespacesFor(cluster, [...new Set(homes)], wish),
    kinds,
    controller,
    store,
    artifacts: artifactsOf(wish),
    limits: {},
    registry: null,
    users: await usersOf(cluster, signal),
  }
}

function artifactsOf({ profile, credentials }: TargetWish): InstallPlan['artifacts'] {
  const { endpoint, clusterEndpoint, bucket, prefix, region } = profile.artifacts
  return { address: clusterEndpoint ?? endpoint, bucket, prefix, region, credentials }
}

/** Never two for one namespace: null where another one watches that of the target. */
async function controllerFor(wish: TargetWish, isBare: boolean): Promise<ControllerPlan | null> {
  const { cluster, profile, isNamespaced, isDryRun, signal, onLine } = wish
  const { namespace } = profile
  const all = await findControllers(cluster, signal)
  const found = all ?? (await findOwnControllers(cluster, signal))
  const elsewhere = found.filter(({ watches }) => watches !== null && watches !== namespace)
  // Ours that was put into this one namespace is brought up to date there.
  const own = found.some(({ place, watches }) => watches === namespace && place === `${namespace}/${CONTROLLER}`)
  const isOne = isNamespaced || own || elsewhere.length > 0
  const planned = { namespace: isOne ? namespace : SYSTEM_NAMESPACE, isNamespaced: isOne }
  const watching = found.filter(({ watches }) => watches === null || watches === namespace)
  const others = watching.filter(({ place }) => place !== `${planned.namespace}/${CONTROLLER}`)
  if (others.length > 0) {
    onLine(`${placesOf(others)} watches ${namespace} already: no controller is installed`)
    return null
  }
  if (elsewhere.length > 0 && !isNamespaced) {
    onLine(`${placesOf(elsewhere)} watches a namespace of its own: the controller gets ${namespace} alone`)
  }
  if (all !== undefined || watching.length > 0 || isBare) return planned
  if (isDryRun) onLine(`whether a controller that you may not see watches ${namespace} is tried when it is installed`)
  if (isDryRun || !(await takesWorkflows(cluster, signal))) return planned
  onLine(`a controller that you may not see takes up Workflows of ${namespace}: no other is installed`)
  return null
}

function placesOf(found: readonly FoundController[]): string {
  return found.map(({ place }) => place).join(', ')
}

/** Only where the target keeps artifacts in a store that this program names. */
function storeFor({ profile, isNamespaced, onLine }: TargetWish): StorePlan | null {
  const { namespace, artifacts } = profile
  const home = storeNamespaceOf(artifacts.clusterEndpoint ?? artifacts.endpoint, namespace)
  if (home === undefined) return null
  if (isNamespaced && home !== namespace) {
    onLine(`the store of the target is in the namespace ${home}: it is not installed`)
    return null
  }
  return { namespace: home, volume: { size: STORE_SIZE }, nodePort: null }
}
