import { z } from 'zod'
import { RESOURCES } from '#core/cluster-facts/index.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import { Labels } from './pod-spec.ts'

export type NamespaceFacts = {
  readonly labels: Readonly<Record<string, string>>
  /** `Active` or `Terminating`. */
  readonly phase: string
}

const Namespace = z.object({
  metadata: z.object({ labels: Labels }),
  status: z.object({ phase: z.string().default('Active') }).prefault({}),
})

/** A namespace of the API as facts. */
export function namespaceFacts(object: unknown): NamespaceFacts {
  const { metadata, status } = Namespace.parse(object)
  return { labels: metadata.labels, phase: status.phase }
}

/** What has the name of a template, or of a Workflow, in its namespace. Throws Problem `not_found`. */
export function readTemplate(
  cluster: Cluster,
  { kind, metadata }: KubeObject,
  signal: AbortSignal,
): Promise<KubeObject> {
  const plural = kind === 'Workflow' ? 'workflows' : 'workflowtemplates'
  return cluster.get({ ...RESOURCES.workflows, plural }, metadata.name, { signal })
}
