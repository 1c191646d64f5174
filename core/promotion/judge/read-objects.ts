import { z } from 'zod'
import type { Cluster } from '#core/runtimes/cluster.ts'
import { isJsonObject } from './json-object.ts'
import type { PodContainer, PodSpec } from './pod-spec.ts'

/** A kind of objects that pods name; `at`: of a namespace, or of the cluster. */
const KINDS = {
  Secret: { path: '/api/v1', plural: 'secrets', isClusterWide: false },
  ConfigMap: { path: '/api/v1', plural: 'configmaps', isClusterWide: false },
  PersistentVolumeClaim: { path: '/api/v1', plural: 'persistentvolumeclaims', isClusterWide: false },
  PriorityClass: { path: '/apis/scheduling.k8s.io/v1', plural: 'priorityclasses', isClusterWide: true },
  RuntimeClass: { path: '/apis/node.k8s.io/v1', plural: 'runtimeclasses', isClusterWide: true },
} as const
export type NamedKind = keyof typeof KINDS

/** Something that a pod names and cannot do without. */
export type Reference = {
  readonly kind: NamedKind
  readonly name: string
  /** That it must have; null where any will do. */
  readonly key: string | null
}

/** What is known of a Secret or another object: never its values. */
export type ObjectFacts = {
  readonly type: string
  readonly keys: ReadonlySet<string>
  /** Of registries, where it is a Secret for images. */
  readonly hosts: readonly string[]
}

/** All that a pod names, its image pull secrets apart. */
export function referencesOf(spec: PodSpec): Reference[] {
  const { containers, initContainers, volumes, priorityClassName, runtimeClassName } = spec
  const ofVolumes = volumes.flatMap(({ secret, configMap, persistentVolumeClaim }) => [
    ...needed('Secret', secret && { name: secret.secretName, optional: secret.optional }),
    ...needed('ConfigMap', configMap),
    ...needed('PersistentVolumeClaim', persistentVolumeClaim && { name: persistentVolumeClaim.claimName }),
  ])
  return [
    ...[...initContainers, ...containers].flatMap(ofContainer),
    ...ofVolumes,
    ...needed('PriorityClass', priorityClassName === undefined ? undefined : { name: priorityClassName }),
    ...needed('RuntimeClass', runtimeClassName === undefined ? undefined : { name: runtimeClassName }),
  ]
}

function ofContainer({ env, envFrom }: PodContainer): Reference[] {
  return [
    ...env.flatMap(({ valueFrom }) => [
      ...needed('Secret', valueFrom?.secretKeyRef),
      ...needed('ConfigMap', valueFrom?.configMapKeyRef),
    ]),
    ...envFrom.flatMap((it) => [...needed('Secret', it.secretRef), ...needed('ConfigMap', it.configMapRef)]),
  ]
}

type Named = {
  readonly name: string
  readonly key?: string | undefined
  readonly optional?: boolean | undefined
}

function needed(kind: NamedKind, named: Named | undefined): Reference[] {
  if (named === undefined || named.optional === true) return []
  return [{ kind, name: named.name, key: named.key ?? null }]
}

/** Throws Problem `not_found`. */
export async function readObject(
  cluster: Cluster,
  { kind, name }: Pick<Reference, 'kind' | 'name'>,
  signal: AbortSignal,
): Promise<ObjectFacts> {
  const { isClusterWide, ...resource } = KINDS[kind]
  if (!isClusterWide) return objectFacts(await cluster.get(resource, name, { signal }))
  const path = `${resource.path}/${resource.plural}/${encodeURIComponent(name)}`
  return objectFacts(await cluster.call('GET', path, undefined, { signal }))
}

const Stored = z.object({ type: z.string().default(''), data: z.record(z.string(), z.string()).default({}) })

/** What is kept of an object that was read. */
export function objectFacts(object: unknown): ObjectFacts {
  const { type, data } = Stored.parse(object)
  const docker = type === 'kubernetes.io/dockerconfigjson' ? (data['.dockerconfigjson'] ?? '') : ''
  const legacy = type === 'kubernetes.io/dockercfg' ? (data['.dockercfg'] ?? '') : ''
  return { type, keys: new Set(Object.keys(data)), hosts: [...hostsIn(docker, 'auths'), ...hostsIn(legacy, null)] }
}

/** Hosts in a base64 text with the credentials of registries, as they stand there; none where it is no such text. */
function hostsIn(text: string, field: string | null): string[] {
  let config: unknown
  try {
    config = JSON.parse(Buffer.from(text, 'base64').toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
  const all = field === null || !isJsonObject(config) ? config : config[field]
  return isJsonObject(all) ? Object.keys(all) : []
}
