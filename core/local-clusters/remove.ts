import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { isProblem, Problem } from '#core/base/problem.ts'
import { removeTree } from '#core/files/index.ts'
import type { LocalClusterDeps } from './deps.ts'
import { unmergeKubeconfig } from './kubeconfig-merge.ts'
import { CLUSTER_LABEL, clusterPaths, contextOf, engineNames, secretOf } from './names.ts'
import { nodesOf } from './nodes.ts'
import type { StepContext, StoredCluster } from './types.ts'

/** So long an engine may go on with what was asked of it by a program that has ended. */
const LATE_MS = 1_000

/**
 * Removes everything of a cluster that is in the engine: nodes with their volumes, registry, network. What is not there
 * is fine. It is done through the engine alone, as `kind delete cluster` does it, so that it needs no kind.
 */
export async function removeFromEngine(deps: LocalClusterDeps, name: string, log: StepContext['log']) {
  const { engine } = deps
  const names = engineNames(name)
  await removeNodes(deps, name, log)
  for (const { name: container } of await engine.containers([`${CLUSTER_LABEL}=${name}`])) {
    if (await engine.removeContainer(container)) log(`removed the container ${container}`)
  }
  if (await engine.removeVolume(names.volume)) log(`removed the volume ${names.volume}`)
  if (await engine.removeNetwork(names.network)) log(`removed the network ${names.network}`)
}

/** The same after kind was ended in the middle: a node that the engine was just making comes after a moment. */
export async function removeAfterKind(deps: LocalClusterDeps, name: string, log: StepContext['log']) {
  await removeNodes(deps, name, log)
  await sleep(LATE_MS)
  await removeFromEngine(deps, name, log)
}

async function removeNodes({ engine }: LocalClusterDeps, name: string, log: StepContext['log']) {
  for (const node of await nodesOf(engine, name)) {
    if (await engine.removeContainer(node.id)) log(`removed the node ${node.name}`)
  }
}

/** The target that a cluster is; undefined where there is none, also where one of its name leads elsewhere. */
export function ownTarget({ home, targets }: Pick<LocalClusterDeps, 'home' | 'targets'>, name: string) {
  const target = targets.get(name)
  return target?.profile.kubeconfig.includes(clusterPaths(home, name).kubeconfig) === true ? target : undefined
}

/** Throws Problem `conflict` while a run or a schedule needs it. */
export function refuseUsed(deps: Pick<LocalClusterDeps, 'home' | 'targets' | 'userOf'>, name: string): void {
  const user = ownTarget(deps, name) === undefined ? undefined : deps.userOf(name)
  if (user === undefined) return
  throw new Problem('conflict', `${user} needs the cluster ${name}: delete it after that, or by force`)
}

/** Removes its target with the credentials. Throws Problem `conflict` while a run or a schedule needs it. */
export async function removeTarget(deps: LocalClusterDeps, { name, ownsSecret }: StoredCluster): Promise<void> {
  const { targets, secrets } = deps
  refuseUsed(deps, name)
  // One of this name that leads elsewhere is somebody else's, with its secret.
  if (ownTarget(deps, name) !== undefined) targets.remove(name)
  else if (targets.get(name) !== undefined) return
  if (ownsSecret === true) await secrets.delete(secretOf(name)).catch(unlessGone)
}

/** Takes its context out of the kubeconfig files of the user that it was added to. One that is gone or broken by now stays. */
export async function removeContexts(
  { home }: LocalClusterDeps,
  { name, mergedInto = [] }: StoredCluster,
  log: StepContext['log'],
) {
  const from = clusterPaths(home, name).kubeconfig
  for (const file of existsSync(from) ? mergedInto : []) {
    try {
      await unmergeKubeconfig({ from, context: contextOf(name), file })
      log(`took the context ${contextOf(name)} out of ${file}`)
    } catch (error) {
      if (!isProblem(error)) throw error
      log(`the context ${contextOf(name)} is left in ${file}: ${error.message}`)
    }
  }
}

/** Removes its folder in the data folder: kubeconfig, exported logs, what a test has left. */
export async function removeFiles({ home }: LocalClusterDeps, name: string): Promise<void> {
  await removeTree(clusterPaths(home, name).folder)
}

/** Removes all of a cluster that was begun but its row. Throws Problem `conflict` while a run or a schedule needs it. */
export async function removeAll(deps: LocalClusterDeps, { cluster, log }: Pick<StepContext, 'cluster' | 'log'>) {
  const { name } = cluster()
  await removeTarget(deps, cluster())
  await removeAfterKind(deps, name, log)
  await removeContexts(deps, cluster(), log)
  await removeFiles(deps, name)
}

function unlessGone(error: unknown): void {
  if (!isProblem(error) || error.code !== 'not_found') throw error
}
