import { isMap, parseDocument } from 'yaml'
import { z } from 'zod'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import { listAt, unless } from './looks.ts'
import { ARGO_KINDS } from './plan.ts'

/** A controller of Argo that is in a cluster. */
export type FoundController = {
  /** `argo/workflow-controller`: namespace and name of its Deployment. */
  readonly place: string
  /** The one namespace that it watches; null for all of them. */
  readonly watches: string | null
}

const ARGO_PATH = '/apis/argoproj.io/v1alpha1'
const Kinds = z.object({ resources: z.array(z.object({ name: z.string() })) })

/** Plural names of the kinds of Argo that a cluster does not know. */
export async function missingKinds(cluster: Cluster, signal: AbortSignal): Promise<string[]> {
  const answer = await unless(['not_found'], () => cluster.call('GET', ARGO_PATH, undefined, { signal }))
  if (answer === undefined) return [...ARGO_KINDS]
  const known = new Set(Kinds.parse(answer).resources.map(({ name }) => name))
  return ARGO_KINDS.filter((kind) => !known.has(kind))
}

const Container = z.object({
  image: z.string().default(''),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z.array(z.object({ name: z.string(), value: z.string().default('') })).default([]),
})
type Container = z.output<typeof Container>
const Deployment = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    replicas: z.number().default(1),
    template: z.object({ spec: z.object({ containers: z.array(Container) }) }),
  }),
})

/**
 * Controllers of Argo that are to run in a cluster and take Workflows without a label of an instance; undefined where not
 * all namespaces may be looked through.
 */
export async function findControllers(cluster: Cluster, signal: AbortSignal): Promise<FoundController[] | undefined> {
  const all = await unless(['cluster_forbidden'], () => listAt(cluster, '/apis/apps/v1/deployments', signal))
  return all === undefined ? undefined : controllersAmong(cluster, all, signal)
}

/** The same, of the namespace of the connection alone; none where it may not be looked through. */
export async function findOwnControllers(cluster: Cluster, signal: AbortSignal): Promise<FoundController[]> {
  const path = `/apis/apps/v1/namespaces/${encodeURIComponent(cluster.namespace)}/deployments`
  const own = (await unless(['cluster_forbidden'], () => listAt(cluster, path, signal))) ?? []
  return controllersAmong(cluster, own, signal)
}

async function controllersAmong(
  cluster: Cluster,
  deployments: readonly KubeObject[],
  signal: AbortSignal,
): Promise<FoundController[]> {
  const found: FoundController[] = []
  for (const object of deployments) {
    const { metadata, spec } = Deployment.parse(object)
    const container = spec.template.spec.containers.find(isController)
    if (container === undefined || spec.replicas === 0) continue
    const name = flagOf(container, 'configmap') ?? 'workflow-controller-configmap'
    if (await hasInstance(cluster, `/api/v1/namespaces/${metadata.namespace}/configmaps/${name}`, signal)) continue
    const isNamespaced = ['', 'true'].includes(flagOf(container, 'namespaced') ?? 'false')
    const watches = isNamespaced ? (flagOf(container, 'managed-namespace') ?? metadata.namespace) : null
    found.push({ place: `${metadata.namespace}/${metadata.name}`, watches })
  }
  return found
}

function isController({ image, command, args }: Container): boolean {
  return /(?:^|\/)workflow-controller(?:[:@]|$)/.test(image) || [...command, ...args].includes('workflow-controller')
}

/** Its value as the controller reads it: empty where it stands alone; undefined where it does not. */
function flagOf({ command, args, env }: Container, name: string): string | undefined {
  const words = [...command, ...args]
  const at = words.findIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`))
  const [, value] = /^[^=]*=(.*)$/.exec(words[at] ?? '') ?? []
  if (value !== undefined) return value
  const next = words[at + 1]
  if (at >= 0) return next === undefined || next.startsWith('-') ? '' : next
  return env.find((it) => it.name === `ARGO_${name.toUpperCase().replaceAll('-', '_')}`)?.value
}

const ConfigMap = z.object({ data: z.record(z.string(), z.string()).default({}) })

/** Whether a controller takes only Workflows with a label: ours have none. */
async function hasInstance(cluster: Cluster, path: string, signal: AbortSignal): Promise<boolean> {
  const answer = await unless(['cluster_forbidden', 'not_found'], () =>
    cluster.call('GET', path, undefined, { signal }),
  )
  if (answer === undefined) return false
  const { data } = ConfigMap.parse(answer)
  if (data['config'] === undefined) return (data['instanceID'] ?? '') !== ''
  // Of one that is broken the controller itself cannot read more.
  const { contents } = parseDocument(data['config'])
  const instance = isMap(contents) ? contents.get('instanceID') : undefined
  return (instance ?? '') !== ''
}
