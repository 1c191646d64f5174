import { Problem } from '#core/base/problem.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { profileOf } from './credentials.ts'
import type { LocalClusterDeps } from './deps.ts'
import { STORE_ADDRESS } from './install/index.ts'
import { clusterPaths } from './names.ts'
import type { JobStep, StoredCluster } from './types.ts'

/** Plays a small pipeline on the cluster, before anybody else sees it as a target. */
export function smokeStep(deps: LocalClusterDeps): JobStep {
  return {
    id: 'smoke',
    title: 'Run a pipeline on it',
    usual: 20,
    run: async ({ cluster, log, signal, progress }) => {
      const it = cluster()
      const profile = await targetProfile(deps, it)
      const onLine = (line: string): void => {
        log(line)
        progress(null, line)
      }
      const { smoke } = clusterPaths(deps.home, it.name)
      await deps.smoke({ name: it.name, profile }, { folder: smoke, signal, onLine })
    },
  }
}

/** Makes it a target. */
export function targetStep(deps: LocalClusterDeps): JobStep {
  return {
    id: 'target',
    title: 'Make it a target',
    usual: 1,
    run: async ({ cluster, update, log }) => {
      const it = cluster()
      const profile = await targetProfile(deps, it)
      const there = deps.targets.get(it.name)
      if (there === undefined) deps.targets.add(it.name, profile)
      else if (there.profile.context === profile.context) {
        // What somebody changed of how pods are placed stays.
        const { nodeSelector, tolerations, labels } = there.profile
        deps.targets.edit(it.name, { ...profile, nodeSelector, tolerations, labels })
      } else throw new Problem('conflict', `the name ${it.name} was given to another target meanwhile: rename that one`)
      update({ state: 'made' })
      log(`minisub run FILE --target ${it.name}`)
    },
  }
}

async function targetProfile({ home, images }: LocalClusterDeps, cluster: StoredCluster): Promise<ClusterProfile> {
  return profileOf(home, cluster, { platform: await images.platform(), storeAddress: STORE_ADDRESS })
}
