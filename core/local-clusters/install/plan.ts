import type { LocalClusterForm } from '#core/contract/local-clusters.ts'
import { STORE_NODE_PORT } from '../kind/index.ts'
import { BUCKET, RUNS_NAMESPACE, SERVICE_ACCOUNT, SYSTEM_NAMESPACE } from '../names.ts'
import type { InstallImages } from './versions.ts'

export type StoreCredentials = { readonly accessKey: string; readonly secretKey: string }

/** Level of the pod security of Kubernetes that a namespace enforces. */
export type Security = 'privileged' | 'baseline' | 'restricted'

/** The controller of Argo that is put into a cluster. */
export type ControllerPlan = {
  readonly namespace: string
  /** It watches and may use its own namespace alone, which is then that of runs. */
  readonly isNamespaced: boolean
}

/** The S3 store that is put into a cluster. */
export type StorePlan = {
  readonly namespace: string
  /** A folder of the control plane's node, or a claim of so many bytes, such as `20Gi`, of the default storage class. */
  readonly volume: { readonly folder: string } | { readonly size: string }
  /** Port of the nodes that leads to it; null where only pods reach it. */
  readonly nodePort: number | null
}

/** Where runs keep artifacts, as pods see it. */
export type ArtifactsPlan = {
  readonly address: string
  readonly bucket: string
  readonly prefix: string
  readonly region: string
  readonly credentials: StoreCredentials
}

/** Who has rights, as a binding of Kubernetes names it. */
export type Subject = {
  readonly apiGroup?: string | undefined
  readonly kind: string
  readonly name: string
  readonly namespace?: string | undefined
}

/** All that is to be in a cluster. */
export type InstallPlan = {
  /** Of runs. */
  readonly namespace: string
  /** That their pods run as. */
  readonly serviceAccount: string
  readonly images: InstallImages
  /** Namespaces that are to be made. */
  readonly namespaces: readonly { readonly name: string; readonly security: Security }[]
  /** Plural names of the kinds of Argo that are to be made known. */
  readonly kinds: readonly string[]
  readonly controller: ControllerPlan | null
  readonly store: StorePlan | null
  readonly artifacts: ArtifactsPlan
  readonly limits: Pick<LocalClusterForm, 'quotaCpu' | 'quotaMemory' | 'defaultCpu' | 'defaultMemory'>
  /** Host and port of the registry that the cluster announces; null where it has none of its own. */
  readonly registry: string | null
  /** Who gets the rights that runs need; none where nobody has to be given them. */
  readonly users: readonly Subject[]
}

/** A user of a cluster by the name that the cluster has for it. */
export function userNamed(name: string): Subject {
  return { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }
}

/** Plural names of all kinds that the controller of Argo wants. */
export const ARGO_KINDS = [
  'workflows',
  'workflowtemplates',
  'clusterworkflowtemplates',
  'cronworkflows',
  'workfloweventbindings',
  'workflowtaskresults',
  'workflowtasksets',
  'workflowartifactgctasks',
] as const

/** The Role of users, as docs/targets.md names it. */
export const USER_ROLE = 'mini-submarine'
/** Name of the store's Deployment and Service. */
export const STORE = 'minisub-store'
/** Name of the controller's Deployment. */
export const CONTROLLER = 'minisub-argo'
export const STORE_PORT = 9000
/** Lies on the volume that kind gives to /var of a node, so it survives a restart of the node. */
const STORE_FOLDER = '/var/minisub-store'

/** Address of the store of a local cluster as pods see it. */
export const STORE_ADDRESS = storeAddressIn(SYSTEM_NAMESPACE)

/** Address of a store in a namespace, as pods see it. */
function storeAddressIn(namespace: string): string {
  return `http://${STORE}.${namespace}.svc:${STORE_PORT}`
}

/** The namespace of the store that an address leads to, where it is one that is installed here; undefined else. */
export function storeNamespaceOf(address: string, namespace: string): string | undefined {
  const { hostname, port, protocol } = new URL(address)
  const found = new RegExp(`^${STORE}(?:\\.([a-z0-9-]+)(?:\\.svc(?:\\.[a-z0-9.-]+)?)?)?$`).exec(hostname)
  if (found === null || protocol !== 'http:' || port !== String(STORE_PORT)) return undefined
  return found[1] ?? namespace
}

/** What a local cluster of ours gets. `registry`: host and port by which images are called. */
export function localPlan(about: {
  readonly form: InstallPlan['limits']
  readonly images: InstallImages
  readonly registry: string
  readonly credentials: StoreCredentials
}): InstallPlan {
  const { form, images, registry, credentials } = about
  return {
    namespace: RUNS_NAMESPACE,
    serviceAccount: SERVICE_ACCOUNT,
    images,
    namespaces: [
      // The store keeps its objects in a folder of the node.
      { name: SYSTEM_NAMESPACE, security: 'privileged' },
      { name: RUNS_NAMESPACE, security: 'baseline' },
    ],
    kinds: ARGO_KINDS,
    controller: { namespace: SYSTEM_NAMESPACE, isNamespaced: false },
    store: { namespace: SYSTEM_NAMESPACE, volume: { folder: STORE_FOLDER }, nodePort: STORE_NODE_PORT },
    artifacts: { address: STORE_ADDRESS, bucket: BUCKET, prefix: '', region: 'us-east-1', credentials },
    limits: form,
    registry,
    users: [],
  }
}
