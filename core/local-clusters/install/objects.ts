import type { KubeObject } from '#core/runtimes/cluster.ts'

const MANAGED_BY = 'app.kubernetes.io/managed-by'
const OURS = 'mini-submarine'
const NAME_LABEL = 'app.kubernetes.io/name'
/** Selects what is ours. */
export const OUR_SELECTOR = `${MANAGED_BY}=${OURS}`

type Kind = { readonly apiVersion: string; readonly kind: string }
type Place = { readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> }

/** An object of ours: it carries labels that say so. */
export function ourObject(
  { apiVersion, kind }: Kind,
  {
    name,
    namespace,
    labels = {},
    ...metadata
  }: Place & { readonly name: string; readonly annotations?: Readonly<Record<string, string>> },
  rest: Readonly<Record<string, unknown>> = {},
): KubeObject {
  const place = namespace === undefined ? {} : { namespace }
  const all = { [MANAGED_BY]: OURS, ...labels }
  return { apiVersion, kind, metadata: { name, ...place, labels: all, ...metadata }, ...rest }
}

/** Whether an object was made by this program, as its labels say. */
export function isOurs({ metadata }: KubeObject): boolean {
  return metadata.labels?.[MANAGED_BY] === OURS
}

/** Labels of the pods of a Deployment, by which it finds them. */
export function podLabels(name: string): Record<string, string> {
  return { [NAME_LABEL]: name }
}

/** Labels that pods of ours carry beside those. */
export function ourPodLabels(name: string): Record<string, string> {
  return { ...podLabels(name), [MANAGED_BY]: OURS }
}

/** The name of the Deployment that a pod is of. */
export function deploymentOf({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.[NAME_LABEL]
}

export const CORE = (kind: string): Kind => ({ apiVersion: 'v1', kind })
export const RBAC = (kind: string): Kind => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind })
export const DEPLOYMENT: Kind = { apiVersion: 'apps/v1', kind: 'Deployment' }

/** What a container may do under the level `restricted`. */
export const RESTRICTED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
}

/** `Deployment minisub-system/minisub-argo`: an object as people know it. */
export function titleOf({ kind = '', metadata: { name, namespace } }: KubeObject): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}
