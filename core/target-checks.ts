import type { KubeContexts } from '#core/contract/target-report.ts'
import type { ClusterImages } from '#core/environments/index.ts'
import { Problem } from '#core/base/problem.ts'
import type { Secrets } from '#core/secrets/index.ts'
import type { CheckDeps } from '#core/targets/index.ts'

export type CheckDepsOptions = {
  readonly secrets: Pick<Secrets, 'read'>
  readonly images: Pick<ClusterImages, 'check' | 'runner'>
}

/** What checks of cluster targets work with; the libraries are loaded by the first check. */
export function openCheckDeps({ secrets, images }: CheckDepsOptions): CheckDeps {
  return {
    openCluster: async (address) => (await import('#core/runtimes/kubernetes/index.ts')).openCluster(address),
    openObjectStore: async (options) => (await import('#core/objects/index.ts')).openObjectStore(options),
    secrets,
    checkRegistry: async (registry, signal) => {
      const { push } = await images.check(registry, signal)
      if (push !== 'ok') throw push
    },
    imageForProbe: ({ registry, platform }, signal) =>
      images.runner({ registry, platform, pipeline: 'the test of a target', signal }),
  }
}

/**
 * The contexts of kubeconfig files, of those that kubectl would read where none is named. Throws Problem `cluster_config`
 * for a malformed file, and where no named one is there.
 */
export async function readContexts(named: readonly string[] | undefined): Promise<KubeContexts> {
  const { defaultKubeconfigPaths, readKubeconfigs } = await import('#core/runtimes/kubernetes/index.ts')
  const kubeconfig = named === undefined ? defaultKubeconfigPaths() : [...named]
  const contexts = await readKubeconfigs(kubeconfig)
  if (contexts.length > 0 || named === undefined) return { kubeconfig, contexts }
  const fix = 'correct the path, or sign in to a cluster first'
  throw new Problem('cluster_config', `there is no context in ${kubeconfig.join(', ')}: ${fix}`)
}
