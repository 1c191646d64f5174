import type { KubeObject } from '#core/runtimes/cluster.ts'
import { CORE, ourObject, RBAC } from './objects.ts'
import { USER_ROLE, type InstallPlan } from './plan.ts'
import { ARTIFACT_SECRET, repositoryOf } from './repository.ts'
import { POD_RULES, USER_RULES, type Rule } from './rights.ts'
import { encoded } from './store-objects.ts'

/** A quota refuses containers that ask for nothing: those ask for so much where nothing else was chosen. */
const LEAST_ASKED = { cpu: '100m', memory: '128Mi' }

/** Namespaces that the plan makes. */
export function namespaceObjects({ namespaces }: InstallPlan): KubeObject[] {
  return namespaces.map(({ name, security }) =>
    ourObject(CORE('Namespace'), { name, labels: { 'pod-security.kubernetes.io/enforce': security } }),
  )
}

/** What runs need in their namespace, beside a controller: accounts, rights, artifacts and limits. */
export function runObjects(plan: InstallPlan): KubeObject[] {
  const { namespace, serviceAccount, users, artifacts } = plan
  const account = { kind: 'ServiceAccount', name: serviceAccount, namespace }
  const data = { minisub: `${JSON.stringify(repositoryOf(artifacts), undefined, 2)}\n` }
  const annotations = { 'workflows.argoproj.io/default-artifact-repository': 'minisub' }
  return [
    ...limitObjects(plan),
    ourObject(CORE('ServiceAccount'), { name: serviceAccount, namespace }),
    ...role({ name: serviceAccount, namespace }, POD_RULES, [account]),
    ...role({ name: USER_ROLE, namespace }, USER_RULES, users),
    ourObject(CORE('Secret'), { name: ARTIFACT_SECRET, namespace }, secretOf(plan)),
    ourObject(CORE('ConfigMap'), { name: 'artifact-repositories', namespace, annotations }, { data }),
  ]
}

/** What tells tools of people where the registry of the cluster is, as KEP-1755 has it. */
export function registryObjects({ registry }: InstallPlan): KubeObject[] {
  if (registry === null) return []
  const data = {
    'localRegistryHosting.v1': `host: "${registry}"\nhelp: "https://kind.sigs.k8s.io/docs/user/local-registry/"\n`,
  }
  return [ourObject(CORE('ConfigMap'), { name: 'local-registry-hosting', namespace: 'kube-public' }, { data })]
}

function secretOf({ artifacts }: InstallPlan): { type: string; data: object } {
  return { type: 'Opaque', data: encoded(artifacts.credentials) }
}

type Place = { readonly name: string; readonly namespace: string }

function role(place: Place, rules: readonly Rule[], subjects: readonly object[]): KubeObject[] {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: place.name }
  const binding = ourObject(RBAC('RoleBinding'), place, { roleRef, subjects })
  return [ourObject(RBAC('Role'), place, { rules }), ...(subjects.length === 0 ? [] : [binding])]
}

/** A quota on what containers ask for, and what those ask for that say nothing. */
function limitObjects({ namespace, limits }: InstallPlan): KubeObject[] {
  const { quotaCpu, quotaMemory, defaultCpu, defaultMemory } = limits
  const hard = filled({ 'requests.cpu': quotaCpu, 'requests.memory': quotaMemory })
  const defaultRequest = filled({
    cpu: defaultCpu ?? (quotaCpu === undefined ? undefined : LEAST_ASKED.cpu),
    memory: defaultMemory ?? (quotaMemory === undefined ? undefined : LEAST_ASKED.memory),
  })
  const metadata = { name: 'minisub', namespace }
  const range = { spec: { limits: [{ type: 'Container', defaultRequest }] } }
  return [
    ...(hard === undefined ? [] : [ourObject(CORE('ResourceQuota'), metadata, { spec: { hard } })]),
    ...(defaultRequest === undefined ? [] : [ourObject(CORE('LimitRange'), metadata, range)]),
  ]
}

function filled(values: Readonly<Record<string, string | undefined>>): Record<string, string> | undefined {
  const found = Object.entries(values).filter((it): it is [string, string] => it[1] !== undefined)
  return found.length === 0 ? undefined : Object.fromEntries(found)
}
