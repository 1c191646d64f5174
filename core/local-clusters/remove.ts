import { existsSync } from 'node:fs'
import { isProblem, Problem } from '#core/base/problem.ts'
import { removeTree } from '#core/files/index.ts'
import type { LocalClusterDeps } from './deps.ts'
import { unmergeKubeconfig } from './kubeconfig-merge.ts'
import { CLUSTER_LABEL, clusterPaths, contextOf, engineNames, secretOf } from './names.ts'
import { nodesOf } from './nodes.ts'
import type { StepContext, StoredCluster } from './types.ts'

/**
 * Removes everything of a cluster that is in the engine: nodes with their volumes, registry, network. What is not there
 * is fine. It is done through the engine alone, as `kind delete cluster` does it, so that it needs no kind.
 */
export async function removeFromEngine({ engine }: LocalClusterDeps, name: string, log: StepContext['log']) {
  const names = engineNames(name)
  for (const node of await nodesOf(engine, name)) {
    if (await engine.removeContainer(node.name)) log(`removed the node ${node.name}`)
  }
  for (const { name: container } of await engine.containers([`${CLUSTER_LABEL}=${name}`])) {
    if (await engine.removeContainer(container)) log(`removed the container ${container}`)
  }
  if (await engine.removeVolume(names.volume)) log(`removed the volume ${names.volume}`)
  if (await engine.removeNetwork(names.network)) log(`removed the network ${names.network}`)
}

/** Removes its target with the credentials. Throws Problem `conflict` while a run or a schedule needs it. */
export async function removeTarget({ home, targets, secrets, userOf }: LocalClusterDeps, name: string): Promise<void> {
  const target = targets.get(name)
  // One of this name that leads elsewhere is somebody else's.
  if (target !== undefined && !target.profile.kubeconfig.includes(clusterPaths(home, name).kubeconfig)) return
  if (target !== undefined) {
    const user = userOf(name)
    if (user !== undefined) {
      throw new Problem('conflict', `${user} needs the cluster ${name}: delete it after that, or with --force`)
    }
    targets.remove(name)
  }
  await secrets.delete(secretOf(name)).catch(unlessGone)
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

/** Removes all of a cluster but its row; runs that need it are not asked for. */
export async function removeAll(deps: LocalClusterDeps, { cluster, log }: Pick<StepContext, 'cluster' | 'log'>) {
  const { name } = cluster()
  await removeFromEngine(deps, name, log)
  await removeTarget(deps, name)
  await removeContexts(deps, cluster(), log)
  await removeFiles(deps, name)
}

function unlessGone(error: unknown): void {
  if (!isProblem(error) || error.code !== 'not_found') throw error
}
