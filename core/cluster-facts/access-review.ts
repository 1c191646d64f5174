import { z } from 'zod'
import type { Cluster } from '#core/runtimes/cluster.ts'
import type { Right } from './resources.ts'

const Review = z.object({ status: z.object({ allowed: z.boolean().default(false) }) })
const PATH = '/apis/authorization.k8s.io/v1'
const CALL_MS = 10_000

type Asked = Omit<Right, 'verbs'> & { readonly verb: string }

/** Without it nothing can be run. */
export const CREATE_WORKFLOWS: Asked = { group: 'argoproj.io', resource: 'workflows', verb: 'create' }

/** Whether the user of a connection may do something in its namespace. */
export async function mayI(cluster: Cluster, asked: Asked, signal: AbortSignal): Promise<boolean> {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: attributesOf(asked, cluster.namespace) },
  }
  const answer = await cluster.call('POST', `${PATH}/selfsubjectaccessreviews`, body, { signal, timeoutMs: CALL_MS })
  return Review.parse(answer).status.allowed
}

/**
 * Whether another user may do something in the namespace of a connection. Throws Problem `cluster_forbidden` where that
 * may not be asked.
 */
export async function mayUser(
  cluster: Cluster,
  { user, ...asked }: Asked & { readonly user: string },
  signal: AbortSignal,
): Promise<boolean> {
  const { namespace } = cluster
  const path = `${PATH}/namespaces/${namespace}/localsubjectaccessreviews`
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'LocalSubjectAccessReview',
    metadata: { namespace },
    spec: { user, groups: groupsOf(user), resourceAttributes: attributesOf(asked, namespace) },
  }
  const answer = await cluster.call('POST', path, body, { signal, timeoutMs: CALL_MS })
  return Review.parse(answer).status.allowed
}

function attributesOf({ group, resource, verb }: Asked, namespace: string): object {
  const [name, subresource] = resource.split('/')
  return { namespace, verb, group, resource: name, ...(subresource === undefined ? {} : { subresource }) }
}

/** Of a service account, as the API server gives them. */
function groupsOf(user: string): string[] {
  const namespace = /^system:serviceaccount:([^:]+):/.exec(user)?.[1] ?? ''
  return ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${namespace}`]
}
