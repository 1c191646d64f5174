import { z } from 'zod'
import { mayI, type Right } from '#core/cluster-facts/index.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'

const PATH = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews'
const names = z.array(z.string()).default([])
const Review = z.object({
  status: z.object({
    resourceRules: z
      .array(z.object({ verbs: names, apiGroups: names, resources: names, resourceNames: names }))
      .default([]),
  }),
})
type Rule = z.infer<typeof Review>['status']['resourceRules'][number]

/** As `create workflows`. */
export function rightName(verb: string, { resource }: Pick<Right, 'resource'>): string {
  return `${verb} ${resource}`
}

/**
 * Which of some rights the user of a connection lacks, by name: one question for all rules, then one for each that they do
 * not give, since there may be authorisers that tell no rules.
 */
export async function readMissingRights(
  cluster: Cluster,
  rights: readonly Right[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const spec = { namespace: cluster.namespace }
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec }
  const { resourceRules } = Review.parse(await cluster.call('POST', PATH, body, { signal })).status
  const wanted = rights.flatMap(({ verbs, ...right }) => verbs.map((verb) => ({ ...right, verb })))
  const open = wanted.filter((asked) => !resourceRules.some((rule) => grants(rule, asked)))
  const answers = await Promise.all(open.map((asked) => mayI(cluster, asked, signal)))
  return new Set(open.filter((_, i) => answers[i] !== true).map((asked) => rightName(asked.verb, asked)))
}

/** A rule about some names alone gives no right to all of them. */
export function grants(
  { verbs, apiGroups, resources, resourceNames }: Rule,
  { verb, group, resource }: { readonly verb: string; readonly group: string; readonly resource: string },
): boolean {
  const has = (list: readonly string[], name: string): boolean => list.includes('*') || list.includes(name)
  const [, subresource] = resource.split('/')
  const isNamed = has(resources, resource) || (subresource !== undefined && resources.includes(`*/${subresource}`))
  return resourceNames.length === 0 && has(verbs, verb) && has(apiGroups, group) && isNamed
}
