/** What is put into clusters so that runs can be played there: Argo, a store, rights. */
export { applyAll } from './apply-all.ts'
export { manifestsOf } from './manifests.ts'
export { titleOf } from './objects.ts'
export { localPlan, STORE_ADDRESS } from './plan.ts'
export { installIntoTarget, type Installed, type TargetInstallOptions } from './target.ts'
export { verifyCluster } from './verify.ts'
export { IMAGES, REGISTRY_IMAGE, VERSIONS } from './versions.ts'
export { waitReady } from './wait-ready.ts'
