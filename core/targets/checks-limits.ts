import { failed, type Finding, passed, ResourceQuota, RESOURCES, warning } from '#core/cluster-facts/index.ts'
import { type Check, type CheckContext } from './check-context.ts'
import { checkLimitRanges, limitsOf, listOf, unread } from './limit-ranges.ts'
import { leftOf, leftText, type Left } from '#core/base/quota.ts'

/** What quotas leave, and what pods get without asking. */
export const LIMIT_CHECKS: readonly Check[] = [
  {
    id: 'quota',
    title: 'Quota',
    needs: ['namespace'],
    fix: 'ask an administrator what the namespace may use',
    run: checkQuota,
  },
  {
    id: 'limit-ranges',
    title: 'Limit ranges',
    needs: ['namespace'],
    fix: 'ask an administrator what pods of the namespace get',
    run: checkLimitRanges,
  },
]

/** What the smallest run takes of what is counted. */
const NEEDED: Readonly<Record<string, number>> = {
  pods: 1,
  'count/pods': 1,
  'count/workflows.argoproj.io': 1,
  secrets: 2,
  'count/secrets': 2,
  configmaps: 1,
  'count/configmaps': 1,
}
const COMPUTE = /^(?:requests\.|limits\.)?(?:cpu|memory|ephemeral-storage)$/

async function checkQuota(context: CheckContext): Promise<Finding> {
  const objects = await listOf(RESOURCES.quotas, context)
  if (objects === undefined) return unread('resourcequotas')
  const quotas = objects.map((object) => ResourceQuota.parse(object))
  if (quotas.length === 0) return passed('none: the namespace may use what the cluster has')
  const all = quotas.flatMap(({ status }) => leftOf(status.hard, status.used))
  const found = all.map(leftText).join('; ')
  // Those with a scope are about some pods only.
  const general = quotas.filter(({ spec }) => (spec.scopes ?? []).length === 0 && spec.scopeSelector === undefined)
  const lefts = general.flatMap(({ status }) => leftOf(status.hard, status.used))
  const short = lefts.filter(isShort)
  if (short.length > 0) {
    const what = short.map(({ resource }) => resource).join(', ')
    return failed(found, `free some ${what} in the namespace, or ask an administrator for more`)
  }
  return (await unsaid(lefts, context)) ?? passed(found)
}

function isShort({ resource, left }: Left): boolean {
  if (left === undefined) return false
  return COMPUTE.test(resource) ? left <= 0 : left < (NEEDED[resource] ?? 0)
}

/** A quota of processors or memory makes every container say what it takes, which Argo's own do not by themselves. */
async function unsaid(lefts: readonly Left[], context: CheckContext): Promise<Finding | undefined> {
  const compute = lefts.filter(({ resource }) => COMPUTE.test(resource))
  if (compute.length === 0) return undefined
  const containers = ((await limitsOf(context)) ?? []).filter(({ type }) => type === 'Container')
  const missing = compute.filter(({ resource }) => {
    const name = resource.replace(/^(?:requests|limits)\./, '')
    return !containers.some((it) => name in it.default || name in it.defaultRequest || name in it.max)
  })
  if (missing.length === 0) return undefined
  const names = missing.map(({ resource }) => resource).join(', ')
  const fix = `have a LimitRange with defaults for containers made, or \`executor.resources\` set in Argo, if the pod below is refused`
  return warning(`${lefts.map(leftText).join('; ')}; every container must say its ${names}`, fix)
}
