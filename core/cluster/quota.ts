import { z } from 'zod'
import { isProblem, Problem } from '#core/base/problem.ts'
import { parseQuantity } from '#core/base/quantity.ts'
import { leftOf, leftText, type Left } from '#core/base/quota.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'
import type { ArgoObject } from './types.ts'

const QUOTAS = { path: '/api/v1', plural: 'resourcequotas' } as const

const amounts = z.record(z.string(), z.string()).default({})
const Quota = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ scopes: z.array(z.string()).optional(), scopeSelector: z.unknown().optional() }),
  status: z.object({ hard: amounts, used: amounts }),
})

type Resources = {
  readonly requests?: Readonly<Record<string, string>>
  readonly limits?: Readonly<Record<string, string>>
}
type Template = { readonly name: string; readonly container?: { readonly resources?: Resources } }

/**
 * Throws Problem `quota_exceeded` where the quotas of a namespace have no room for one pod of a step: now, or ever where it
 * `isForLater`. Who may not read quotas is not told.
 */
export async function checkQuota(
  cluster: Cluster,
  { spec, isForLater = false }: Pick<ArgoObject, 'spec'> & { readonly isForLater?: boolean },
  signal: AbortSignal | undefined,
): Promise<void> {
  const found = await quotasOf(cluster, signal)
  const quotas = isForLater ? found.map(unused) : found
  for (const { name, container } of (spec['templates'] ?? []) as readonly Template[]) {
    if (container === undefined) continue
    for (const quota of quotas) {
      const short = shortOf(quota, container.resources ?? {})
      if (short !== undefined) throw exceeded(name, quota.metadata.name, short)
    }
  }
}

function unused({ status, ...quota }: z.infer<typeof Quota>): z.infer<typeof Quota> {
  const used = Object.fromEntries(Object.keys(status.hard).map((resource) => [resource, '0']))
  return { ...quota, status: { ...status, used } }
}

/** Those that count every pod. */
async function quotasOf(cluster: Cluster, signal: AbortSignal | undefined): Promise<z.infer<typeof Quota>[]> {
  try {
    const found = (await cluster.list(QUOTAS, { signal })).map((object) => Quota.parse(object))
    return found.filter(({ spec }) => (spec.scopes ?? []).length === 0 && spec.scopeSelector === undefined)
  } catch (error) {
    if (isProblem(error) && error.code === 'cluster_forbidden') return []
    throw error
  }
}

/** The first resource that has less left than a pod takes. */
export function shortOf(
  { status }: Pick<z.infer<typeof Quota>, 'status'>,
  { requests = {}, limits = {} }: Resources,
): Left | undefined {
  const takes: Record<string, string> = { pods: '1', 'count/pods': '1' }
  for (const [resource, amount] of Object.entries(requests)) takes[`requests.${resource}`] = takes[resource] = amount
  for (const [resource, amount] of Object.entries(limits)) takes[`limits.${resource}`] = amount
  return leftOf(status.hard, status.used).find(({ resource, left }) => {
    const taken = parseQuantity(takes[resource] ?? '0')
    return left !== undefined && taken !== undefined && taken > 0 && taken > left
  })
}

function exceeded(template: string, quota: string, short: Left): Problem {
  const step = template.replace(/^s-/, '').replaceAll('-', '_')
  const fix = 'ask for less (resources of the step), wait until others are done, or have the quota raised'
  const message = `the quota ${quota} of the namespace has no room for a pod of step "${step}" (${leftText(short)}): ${fix}`
  return new Problem('quota_exceeded', message)
}
