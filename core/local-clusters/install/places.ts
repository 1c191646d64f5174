import type { KubeObject } from '#core/runtimes/cluster.ts'

type Place = { readonly path: string; readonly plural: string; readonly isClusterWide?: true }

const CORE = '/api/v1'
const RBAC = '/apis/rbac.authorization.k8s.io/v1'

/** Where the API keeps the kinds that are installed. */
const PLACES: Readonly<Record<string, Place>> = {
  Namespace: { path: CORE, plural: 'namespaces', isClusterWide: true },
  ServiceAccount: { path: CORE, plural: 'serviceaccounts' },
  Secret: { path: CORE, plural: 'secrets' },
  ConfigMap: { path: CORE, plural: 'configmaps' },
  Service: { path: CORE, plural: 'services' },
  PersistentVolumeClaim: { path: CORE, plural: 'persistentvolumeclaims' },
  ResourceQuota: { path: CORE, plural: 'resourcequotas' },
  LimitRange: { path: CORE, plural: 'limitranges' },
  Deployment: { path: '/apis/apps/v1', plural: 'deployments' },
  Role: { path: RBAC, plural: 'roles' },
  RoleBinding: { path: RBAC, plural: 'rolebindings' },
  ClusterRole: { path: RBAC, plural: 'clusterroles', isClusterWide: true },
  ClusterRoleBinding: { path: RBAC, plural: 'clusterrolebindings', isClusterWide: true },
  CustomResourceDefinition: {
    path: '/apis/apiextensions.k8s.io/v1',
    plural: 'customresourcedefinitions',
    isClusterWide: true,
  },
}

/** The path of an object in the API. */
export function pathOf({ kind = '', metadata: { name, namespace } }: KubeObject): string {
  const place = PLACES[kind]
  if (place === undefined) throw new Error(`no place is known for the kind ${kind}`)
  const { path, plural, isClusterWide } = place
  if (isClusterWide !== undefined) return `${path}/${plural}/${encodeURIComponent(name)}`
  if (namespace === undefined) throw new Error(`${kind} ${name} is in no namespace`)
  return `${path}/namespaces/${encodeURIComponent(namespace)}/${plural}/${encodeURIComponent(name)}`
}
