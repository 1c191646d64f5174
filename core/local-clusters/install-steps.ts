import type { Cluster } from '#core/runtimes/cluster.ts'
import { registryOf } from './cluster-registry.ts'
import { ensureCredentials } from './credentials.ts'
import type { LocalClusterDeps } from './deps.ts'
import {
  applyAll,
  IMAGES,
  localPlan,
  manifestsOf,
  STORE_ADDRESS,
  titleOf,
  verifyCluster,
  VERSIONS,
  waitReady,
} from './install/index.ts'
import { clusterPaths, contextOf, SYSTEM_NAMESPACE } from './names.ts'
import { pushImages } from './pull-images.ts'
import { installedImages } from './system-images.ts'
import type { JobStep, StepContext } from './types.ts'

/** So long a node that was started may be without an answer. */
const START_MS = 90_000

/** Gives the images of what is installed to the registry of the cluster. */
export function pushStep({ images }: LocalClusterDeps): JobStep {
  return {
    id: 'push',
    title: 'Push images into its registry',
    usual: 8,
    run: (context) =>
      pushImages(images, { wanted: Object.values(IMAGES), registry: registryOf(context.cluster()) }, context),
  }
}

/** Applies what runs need, and waits until it runs. */
export function installStep(deps: LocalClusterDeps): JobStep {
  return {
    id: 'install',
    title: 'Install Argo Workflows and the store',
    usual: 15,
    run: async (context) => {
      const { cluster, log, progress, signal } = context
      const { form } = cluster()
      const registry = registryOf(cluster())
      const credentials = await ensureCredentials(deps, context)
      const objects = manifestsOf(localPlan({ form, images: installedImages(registry), registry, credentials }))
      await withCluster(deps, context, async (opened) => {
        let done = 0
        const onObject = (object: Parameters<typeof titleOf>[0], became: string): void => {
          done += 1
          log(`${titleOf(object)}: ${became}`)
          progress((done / objects.length) * 0.5, titleOf(object))
        }
        await applyAll(opened, objects, { signal, onObject })
        await ready(opened, context)
      })
      context.update({ installed: { ...VERSIONS } })
    },
  }
}

/** Waits until what was installed runs, as after a start. */
export function waitStep(deps: LocalClusterDeps): JobStep {
  return {
    id: 'wait',
    title: 'Wait for Argo Workflows and the store',
    usual: 15,
    run: (context) => withCluster(deps, context, (opened) => ready(opened, context, START_MS)),
  }
}

/** Sees whether nodes, names and volumes work. */
export function verifyStep(deps: LocalClusterDeps): JobStep {
  return {
    id: 'verify',
    title: 'Look at nodes, DNS and storage',
    usual: 5,
    run: (context) =>
      withCluster(deps, context, async (opened) => {
        const { log, signal, cluster } = context
        const { store: storeImage } = installedImages(registryOf(cluster()))
        await verifyCluster(opened, { storeImage, storeAddress: STORE_ADDRESS, signal, onLine: log })
      }),
  }
}

function ready(opened: Cluster, { signal, log, progress }: StepContext, patienceMs?: number): Promise<void> {
  const onNote = (note: string): void => {
    log(note)
    progress(null, note)
  }
  const patience = patienceMs === undefined ? {} : { patienceMs }
  return waitReady(opened, { namespace: SYSTEM_NAMESPACE, signal, onNote, ...patience })
}

async function withCluster(
  { openCluster, home }: LocalClusterDeps,
  { cluster }: StepContext,
  work: (opened: Cluster) => Promise<void>,
): Promise<void> {
  const { name } = cluster()
  const kubeconfig = [clusterPaths(home, name).kubeconfig]
  await using opened = await openCluster({ kubeconfig, context: contextOf(name), namespace: SYSTEM_NAMESPACE })
  await work(opened)
}
