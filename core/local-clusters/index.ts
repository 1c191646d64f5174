export type { LocalClusterDeps, SmokeOptions } from './deps.ts'
export { preflight } from './preflight/index.ts'
export { openLocalClusters, type LocalClusters } from './service.ts'
