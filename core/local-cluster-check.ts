import type { ClusterPreflight, LocalClusterForm } from '#core/contract/local-clusters.ts'
import { openSettings } from '#core/settings/index.ts'

/**
 * What this machine has of what a local cluster needs, for those who start no core. Which clusters and targets the data
 * folder has is not known then. Loaded where it is asked for alone: the library of container engines is large.
 */
export async function checkHere(home: string, form: LocalClusterForm): Promise<ClusterPreflight> {
  const settings = openSettings(home)
  const [docker, { preflight }] = await Promise.all([
    import('#core/runtimes/docker/index.ts'),
    import('#core/local-clusters/index.ts'),
  ])
  const engine = docker.openDockerEngine({ host: () => settings.get('docker.host') })
  const nodeImage = settings.get('cluster.nodeImage')
  return preflight(form, {
    home,
    kindMirror: settings.get('cluster.kindMirror'),
    ...(nodeImage === '' ? {} : { nodeImage }),
    engine: docker.openClusterEngine({ engine }),
    images: docker.openDockerImages({ engine }),
  })
}
