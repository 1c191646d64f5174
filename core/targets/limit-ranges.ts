import { type Finding, LimitRange, passed, RESOURCES, warning } from '#core/cluster-facts/index.ts'
import { isProblem } from '#core/base/problem.ts'
import { parseBytes } from '#core/base/quantity.ts'
import type { KubeObject, Resource } from '#core/runtimes/cluster.ts'
import { clusterOf, orProblem, type CheckContext } from './check-context.ts'

/** One entry of a limit range. */
type Limit = LimitRange['spec']['limits'][number]

/** The entries of all limit ranges of the namespace; undefined where they may not be listed. */
export async function limitsOf(context: CheckContext): Promise<Limit[] | undefined> {
  const objects = await listOf(RESOURCES.limitRanges, context)
  return objects?.flatMap((object) => LimitRange.parse(object).spec.limits)
}

/** Less memory than this is too little for many programs of Python. */
const SMALL_MEMORY = 256 * 2 ** 20

/** What pods get without asking. */
export async function checkLimitRanges(context: CheckContext): Promise<Finding> {
  const limits = await limitsOf(context)
  if (limits === undefined) return unread('limitranges')
  if (limits.length === 0) return passed('none: pods get what they ask for')
  const found = limits.map(rangeText).join('; ')
  const ofContainers = limits.filter(({ type }) => type === 'Container')
  const memory = ofContainers.map((it) => parseBytes(it.default['memory'] ?? '')).filter((it) => it !== undefined)
  if (!memory.some((it) => it < SMALL_MEMORY)) return passed(found)
  return warning(found, 'write `resources` with memory into steps that need more than they get without asking')
}

function rangeText({ type, default: limit, defaultRequest, min, max }: Limit): string {
  const words = [
    ['limit without asking', limit],
    ['request without asking', defaultRequest],
    ['at least', min],
    ['at most', max],
  ] as const
  const parts = words.filter(([, it]) => Object.keys(it).length > 0).map(([word, it]) => `${word} ${amounts(it)}`)
  return `${type}: ${parts.join(', ')}`
}

function amounts(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, amount]) => `${amount} ${resource}`)
    .join(' and ')
}

/** Undefined where it may not be read. */
export async function listOf(resource: Resource, context: CheckContext): Promise<KubeObject[] | undefined> {
  const objects = await orProblem(() => clusterOf(context).list(resource, { signal: context.signal }))
  if (!isProblem(objects)) return objects
  if (objects.code !== 'cluster_forbidden') throw objects
  return undefined
}

/** That something may not be listed. */
export function unread(resource: string): Finding {
  return warning(
    `you may not list ${resource}`,
    `get the right to list ${resource}, so that limits are known beforehand`,
  )
}
