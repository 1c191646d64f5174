import type { clusterRoutes } from '#core/contract/routes-clusters.ts'
import type { LocalClusters } from '#core/local-clusters/index.ts'
import { absolute } from './absolute.ts'
import type { Handlers } from './handler.ts'

/** Handlers of clusters on this machine. */
export function clusterHandlers(clusters: LocalClusters): Pick<Handlers, keyof typeof clusterRoutes> {
  const { images } = clusters
  return {
    checkCluster: (form) => clusters.check(form),
    listClusters: async () => {
      const [ours, found] = await Promise.all([clusters.list(), clusters.found()])
      return { clusters: ours, found }
    },
    createCluster: (form) => clusters.create(form),
    showCluster: ({ name }) => clusters.show(name),
    deleteCluster: ({ name, force }) => clusters.begin(name, 'delete', { force }),
    startCluster: ({ name }) => clusters.begin(name, 'start'),
    stopCluster: ({ name }) => clusters.begin(name, 'stop'),
    retryCluster: ({ name }) => clusters.retry(name),
    upgradeCluster: ({ name }) => clusters.begin(name, 'upgrade'),
    cancelClusterJob: ({ name }) => clusters.cancel(name),
    readClusterLog: ({ job, from }) => clusters.log(job, from),
    showClusterUse: ({ name }) => clusters.use(name),
    listClusterImages: async ({ name }) => ({ images: await images.list(name) }),
    deleteClusterImage: ({ name, image }) => images.remove(name, image),
    loadClusterImage: ({ name, image }, { onLine, signal }) => images.load({ name, image, onLine, signal }),
    mergeClusterKubeconfig: ({ name, file, use }) =>
      clusters.mergeKubeconfig(name, { file: file === undefined ? undefined : absolute(file), use }),
    installIntoTarget: async ({ target, ...wish }, { onLine, signal }) => {
      const { yaml, objects } = await clusters.install(target, { ...wish, onLine, signal })
      return { yaml, objects: [...objects] }
    },
  }
}
