/** Connections to Kubernetes clusters behind the contract `core/runtimes/cluster.ts`. */
export { openCluster, type ClusterOptions } from './cluster.ts'
export { readKubeconfigs, type KubeContext } from './contexts.ts'
export { defaultKubeconfigPaths } from './kubeconfig.ts'
export { imageVolumesWork } from './image-volumes.ts'
