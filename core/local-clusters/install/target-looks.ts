import { z } from 'zod'
import { Problem } from '#core/base/problem.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import { SYSTEM_NAMESPACE } from '../names.ts'
import { unless } from './looks.ts'
import { isOurs } from './objects.ts'
import { STORE, USER_ROLE, userNamed, type InstallPlan, type Subject } from './plan.ts'

/** Those that are missing, and those of ours; `isNamespaced`: who may do nothing outside of one changes none that is there. */
export async function namespacesFor(
  cluster: Cluster,
  names: readonly string[],
  { isNamespaced, signal }: { readonly isNamespaced: boolean; readonly signal: AbortSignal },
): Promise<InstallPlan['namespaces']> {
  const wanted: { name: string; security: 'baseline' }[] = []
  for (const name of names) {
    const path = `/api/v1/namespaces/${encodeURIComponent(name)}`
    if (await isOursToMake(cluster, path, { isNamespaced, signal })) wanted.push({ name, security: 'baseline' })
  }
  return wanted
}

/** Who may not look at it was given rights in it: then it is there. */
async function isOursToMake(
  cluster: Cluster,
  path: string,
  { isNamespaced, signal }: { readonly isNamespaced: boolean; readonly signal: AbortSignal },
): Promise<boolean> {
  const look = async (): Promise<boolean> => {
    const found = await unless(['not_found'], () => cluster.call('GET', path, undefined, { signal }))
    return found === undefined || (!isNamespaced && isOurs(found as KubeObject))
  }
  return (await unless(['cluster_forbidden'], look)) ?? false
}

const Review = z.object({ status: z.object({ allowed: z.boolean().default(false) }) })

/** Throws Problem `cluster_forbidden` for who may not add kinds to a cluster. */
export async function mayAddKinds(cluster: Cluster, context: string, signal: AbortSignal): Promise<void> {
  const resourceAttributes = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions', verb: 'create' }
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  }
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
  if (Review.parse(await cluster.call('POST', path, body, { signal })).status.allowed) return
  const right = 'create customresourcedefinitions.apiextensions.k8s.io'
  const fix = 'have an administrator apply once what `minisub cluster install --namespaced --dry-run` prints'
  throw new Problem(
    'cluster_forbidden',
    `the cluster ${context} has not all kinds of Argo, and you lack the right to ${right}: ${fix}`,
  )
}

const Self = z.object({ status: z.object({ userInfo: z.object({ username: z.string() }) }) })

const Binding = z.object({
  subjects: z
    .array(
      z.object({
        apiGroup: z.string().optional(),
        kind: z.string(),
        name: z.string(),
        namespace: z.string().optional(),
      }),
    )
    .nullish(),
})

/** Who is to have the rights of users in the namespace of a connection: who has them already, and who asks. */
export async function usersOf(cluster: Cluster, signal: AbortSignal): Promise<readonly Subject[]> {
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${encodeURIComponent(cluster.namespace)}`
  const look = (): Promise<unknown> => cluster.call('GET', `${rbac}/rolebindings/${USER_ROLE}`, undefined, { signal })
  const found = Binding.parse((await unless(['not_found', 'cluster_forbidden'], look)) ?? {})
  const users = found.subjects ?? []
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  const self = await unless(['cluster_forbidden', 'not_found'], () => cluster.call('POST', path, body, { signal }))
  if (self === undefined) return users
  const user = userNamed(Self.parse(self).status.userInfo.username)
  const isThere = users.some(({ kind, name }) => kind === user.kind && name === user.name)
  return isThere ? users : [...users, user]
}

const Store = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({ volumes: z.array(z.object({ hostPath: z.unknown() }).partial()).default([]) }),
    }),
  }),
})

/** Throws Problem `conflict` for a cluster that was made here: its images and its store are others. */
export async function notMadeHere(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${SYSTEM_NAMESPACE}/deployments/${STORE}`
  const look = (): Promise<unknown> => cluster.call('GET', path, undefined, { signal })
  const answer = await unless(['not_found', 'cluster_forbidden'], look)
  if (answer === undefined) return
  const { volumes } = Store.parse(answer).spec.template.spec
  if (volumes.every(({ hostPath }) => hostPath === undefined)) return
  const what = 'the cluster was made by minisub cluster create and has all of it'
  throw new Problem('conflict', `${what}: bring it up to date with minisub cluster upgrade`)
}
