import { setTimeout as sleep } from 'node:timers/promises'
import { isProblem } from '#core/base/problem.ts'
import { openLocalClusters, type LocalClusterDeps, type LocalClusters } from '#core/local-clusters/index.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import type { Secrets } from '#core/secrets/index.ts'
import type { Settings } from '#core/settings/index.ts'
import type { ClusterTargets } from '#core/targets/index.ts'
import type { Engine } from './engine.ts'
import { readContexts } from './target-checks.ts'

type Options = Pick<LocalClusterDeps, 'home' | 'store' | 'onError'> & {
  readonly nodes: Engine['nodes']
  readonly settings: Settings
  readonly secrets: Secrets
  readonly clusterTargets: ClusterTargets
  readonly service: PipelineService
  readonly scheduleOn: (target: string) => string | undefined
}

const MOST_RUNS = 1_000
const LOOK_MS = 200

/** Local clusters of a core, put together. No engine and no cluster is asked before somebody asks. */
export function openClusterDomain(options: Options): LocalClusters {
  const { home, store, nodes, settings, secrets, clusterTargets, service, scheduleOn, onError } = options
  return openLocalClusters({
    home,
    store,
    settings,
    secrets,
    onError,
    ...nodes,
    targets: clusterTargets,
    openCluster: async (address) => (await import('#core/runtimes/kubernetes/index.ts')).openCluster(address),
    contexts: (kubeconfig) => readContexts(kubeconfig),
    userOf: (target) => {
      const run = service.runOn(target)
      return run === undefined ? scheduleOn(target) : `the run ${run}`
    },
    endRuns: (target, signal) => endRuns(service, target, signal),
    // Loaded when it is needed: with it comes all that compares targets.
    smoke: async (target, progress) =>
      (await import('./smoke.ts')).playSmoke({ target, settings, secrets, onError, ...progress }),
  })
}

/** Cancels what runs on a target, without waiting for a cluster that is not heard, and waits until it is over here. */
async function endRuns(service: PipelineService, target: string, signal: AbortSignal): Promise<void> {
  for (const status of ['pending', 'running'] as const) {
    for (const run of service.list({ status, limit: MOST_RUNS }).filter((it) => it.target === target)) {
      await service.cancel(run.id, { force: true }).catch(unlessOver)
    }
  }
  // Also one that was begun meanwhile, or that is beyond that list.
  for (let run = service.runOn(target); run !== undefined; run = service.runOn(target)) {
    await service.cancel(run, { force: true }).catch(unlessOver)
    await sleep(LOOK_MS, undefined, { signal })
  }
}

function unlessOver(error: unknown): void {
  if (!isProblem(error) || error.code !== 'conflict') throw error
}
