/** What is put into a cluster, by version. A newer version of this program may have newer ones. */
export const VERSIONS = {
  argo: 'v3.7.9',
  store: 'v1.8.0',
} as const

/** The images of it, pinned, under the names that their makers give them. */
export const IMAGES = {
  controller: `quay.io/argoproj/workflow-controller:${VERSIONS.argo}`,
  executor: `quay.io/argoproj/argoexec:${VERSIONS.argo}`,
  store: `versity/versitygw:${VERSIONS.store}`,
} as const

/** The image of the registry beside a local cluster; it runs in the engine, not in the cluster. */
export const REGISTRY_IMAGE = 'registry:2'

/** Images by what they are for, under the names that nodes pull them by. */
export type InstallImages = Readonly<Record<keyof typeof IMAGES, string>>
