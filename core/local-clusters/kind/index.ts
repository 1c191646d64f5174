/** kind: found or downloaded, configured, run. */
export { kindConfig, STORE_NODE_PORT, type KindConfig } from './config.ts'
export { downloadKind, kindRelease } from './download.ts'
export { findKind, type KindFound, type KindTool } from './find.ts'
export { KIND_RANGE, PINNED } from './release.ts'
export { readUserConfig } from './user-config.ts'
export { createCluster, deleteCluster, exportLogs, writeKubeconfig, type KindContext } from './verbs.ts'
