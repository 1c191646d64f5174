/** Kinds of objects that checks look at, by their place in the API. */
const ARGO = '/apis/argoproj.io/v1alpha1'
export const RESOURCES = {
  workflows: { path: ARGO, plural: 'workflows' },
  pods: { path: '/api/v1', plural: 'pods' },
  secrets: { path: '/api/v1', plural: 'secrets' },
  configmaps: { path: '/api/v1', plural: 'configmaps' },
  serviceAccounts: { path: '/api/v1', plural: 'serviceaccounts' },
  quotas: { path: '/api/v1', plural: 'resourcequotas' },
  limitRanges: { path: '/api/v1', plural: 'limitranges' },
} as const
/** Path of the kinds of Argo. */
export const ARGO_PATH = ARGO

/** What somebody must be able to do in the namespace: verbs of a resource. */
export type Right = { readonly group: string; readonly resource: string; readonly verbs: readonly string[] }

/** Rights that the user of the kubeconfig needs; docs/targets.md has them as a Role. */
export const USER_RIGHTS: readonly Right[] = [
  {
    group: 'argoproj.io',
    resource: 'workflows',
    verbs: ['create', 'get', 'list', 'watch', 'patch', 'delete'],
  },
  { group: 'argoproj.io', resource: 'workflowtemplates', verbs: ['create', 'get', 'list', 'watch', 'delete'] },
  {
    group: 'argoproj.io',
    resource: 'cronworkflows',
    verbs: ['create', 'get', 'list', 'watch', 'patch', 'delete'],
  },
  { group: '', resource: 'pods', verbs: ['get', 'list', 'watch', 'delete', 'deletecollection'] },
  { group: '', resource: 'pods/log', verbs: ['get'] },
  { group: '', resource: 'events', verbs: ['list'] },
  { group: '', resource: 'secrets', verbs: ['create', 'get', 'patch', 'delete'] },
  { group: '', resource: 'configmaps', verbs: ['create', 'get', 'patch', 'delete'] },
]

/** Rights that the service account of pods needs. */
export const POD_RIGHTS: Right = { group: 'argoproj.io', resource: 'workflowtaskresults', verbs: ['create', 'patch'] }

/** The rule that is missing, as it stands in a Role. */
export function roleFix(verbs: readonly string[], { group, resource }: Pick<Right, 'group' | 'resource'>): string {
  const rule = `{apiGroups: ["${group}"], resources: [${resource}], verbs: [${verbs.join(', ')}]}`
  return `ask an administrator for the rule ${rule} in a Role of yours, see docs/targets.md`
}
