/** A rule of a Role. */
export type Rule = {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  /** Only those of these names. */
  readonly resourceNames?: readonly string[]
}

function rule(group: string, resources: readonly string[], ...verbs: readonly string[]): Rule {
  return { apiGroups: [group], resources, verbs }
}

const ARGO = 'argoproj.io'
const READ = ['get', 'list', 'watch'] as const
const CHANGE = [...READ, 'update', 'patch', 'delete'] as const

/** A kind with its finalizers: whoever owns objects by it has to have both. */
function owned(...plurals: readonly string[]): string[] {
  return plurals.flatMap((plural) => [plural, `${plural}/finalizers`])
}

/** What the controller does in the namespaces that it watches. */
export const CONTROLLER_RULES: readonly Rule[] = [
  rule('', ['pods', 'pods/exec'], ...CHANGE, 'create'),
  // Large templates are kept in ConfigMaps.
  rule('', ['configmaps'], ...READ, 'create', 'update'),
  rule('', owned('persistentvolumeclaims'), 'get', 'create', 'update', 'delete'),
  rule('', ['serviceaccounts'], 'get', 'list'),
  { ...rule('', ['secrets'], 'get'), resourceNames: ['argo-workflows-agent-ca-certificates'] },
  rule('', ['events'], 'create', 'patch'),
  rule(ARGO, owned('workflows', 'workflowtasksets', 'workflowartifactgctasks'), ...CHANGE, 'create'),
  rule(ARGO, owned('workflowtemplates'), ...READ),
  rule(ARGO, owned('cronworkflows'), ...CHANGE),
  rule(ARGO, ['workflowtaskresults'], 'list', 'watch', 'deletecollection'),
  rule('policy', ['poddisruptionbudgets'], 'get', 'create', 'delete'),
]

/** What a controller of all namespaces does beside that. */
export const CLUSTER_CONTROLLER_RULES: readonly Rule[] = [
  rule('', ['namespaces'], ...READ),
  rule(ARGO, owned('clusterworkflowtemplates'), ...READ),
]

/** What the controller does where it runs: several of them agree on one. */
export const LEADER_RULES: readonly Rule[] = [
  rule('coordination.k8s.io', ['leases'], 'get', 'create', 'update'),
  rule('', ['configmaps'], ...READ),
  rule('', ['events'], 'create', 'patch'),
]

/** What pods of runs do: Argo's part of them reports what they leave. */
export const POD_RULES: readonly Rule[] = [rule(ARGO, ['workflowtaskresults'], 'create', 'patch')]

/** What a user of the namespace needs; docs/targets.md has the same. */
export const USER_RULES: readonly Rule[] = [
  rule(ARGO, ['workflows', 'cronworkflows'], 'create', 'get', 'list', 'watch', 'patch', 'delete'),
  rule(ARGO, ['workflowtemplates'], 'create', 'get', 'list', 'watch', 'delete'),
  rule('', ['pods'], 'get', 'list', 'watch', 'delete', 'deletecollection'),
  rule('', ['pods/log'], 'get'),
  rule('', ['events'], 'list'),
  rule('', ['secrets', 'configmaps'], 'create', 'get', 'patch', 'delete'),
]
