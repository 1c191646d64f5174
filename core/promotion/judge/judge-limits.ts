import { amountText } from '#core/base/quota.ts'
import { failed, passed, type Finding } from '#core/cluster-facts/index.ts'
import type { PlanCheck } from '#core/contract/plan.ts'
import { amountsOf, isMore, podAmounts, type Amounts } from './amounts.ts'
import type { Facts } from './facts.ts'
import { withDefaults, type Limit } from './limit-defaults.ts'
import type { StepPod } from './pods.ts'
import { told, toldOfSteps, unseen } from './told.ts'

/** Something with requests and limits: a container, or the sum over a pod. */
type Asked = { readonly what: string; readonly requests: Amounts; readonly limits: Amounts }

/** That each pod lies within the limit ranges of the namespace. */
export function judgeLimitRanges({ limitRanges }: Pick<Facts, 'limitRanges'>, pods: readonly StepPod[]): PlanCheck[] {
  const { value, problem, seconds } = limitRanges
  if (problem !== undefined) {
    const finding = unseen(problem, 'get the right to list limitranges, so that limits are known beforehand')
    return [told('limit-range', finding, { seconds })]
  }
  const limits = value.flatMap(({ spec }) => spec.limits)
  if (limits.length === 0) return [told('limit-range', passed('none: pods get what they ask for'), { seconds })]
  const found = pods.flatMap(({ step, spec }) => limitFaults(spec, limits).map((finding) => ({ step, finding })))
  const names = value.map(({ metadata }) => metadata.name).join(', ')
  return toldOfSteps('limit-range', found, { good: passed(`each pod lies within ${names}`), seconds })
}

/** What of a pod is outside of what a namespace takes, the same fault of several containers once. */
export function limitFaults(spec: StepPod['spec'], limits: readonly Limit[]): Finding[] {
  const pod = withDefaults(spec, limits)
  const containers = [...pod.initContainers, ...pod.containers].map(({ name, resources }): Asked => {
    return { what: whatOf(name), requests: amountsOf(resources.requests), limits: amountsOf(resources.limits) }
  })
  const sum = { what: 'the pod', requests: podAmounts(pod, 'requests'), limits: podAmounts(pod, 'limits') }
  const all = limits.flatMap((limit) => {
    if (limit.type === 'Container') return containers.flatMap((asked) => faultsOf(asked, limit))
    return limit.type === 'Pod' ? faultsOf(sum, limit) : []
  })
  return [...new Map(all.map((it) => [it.found, it])).values()]
}

function whatOf(container: string): string {
  return container === 'init' || container === 'wait' ? `Argo’s container ${container}` : `the container ${container}`
}

function faultsOf(asked: Asked, { min, max, maxLimitRequestRatio }: Limit): Finding[] {
  return [
    ...Object.entries(amountsOf(max)).flatMap(([resource, most]) => overMost(asked, resource, most)),
    ...Object.entries(amountsOf(min)).flatMap(([resource, least]) => underLeast(asked, resource, least)),
    ...Object.entries(amountsOf(maxLimitRequestRatio)).flatMap(([resource, ratio]) =>
      overRatio(asked, resource, ratio),
    ),
  ]
}

function overMost({ what, requests, limits }: Asked, resource: string, most: number): Finding[] {
  const [request, limit] = [requests[resource], limits[resource]]
  const bound = `the namespace takes at most ${amountText(resource, most)}`
  if (limit === undefined) return [failed(`${what} has no limit of ${resource}, and ${bound}`, sayFix(resource))]
  const more = Math.max(limit, request ?? 0)
  if (!isMore(more, most)) return []
  return [failed(`${what} has ${amountText(resource, more)} ${resource}, and ${bound}`, askFix('less', resource))]
}

function underLeast({ what, requests, limits }: Asked, resource: string, least: number): Finding[] {
  const [request, limit] = [requests[resource], limits[resource]]
  const bound = `the namespace wants at least ${amountText(resource, least)}`
  if (request === undefined) return [failed(`${what} asks for no ${resource}, and ${bound}`, sayFix(resource))]
  const less = Math.min(request, limit ?? request)
  if (!isMore(least, less)) return []
  return [failed(`${what} asks for ${amountText(resource, less)} ${resource}, and ${bound}`, askFix('more', resource))]
}

function overRatio({ what, requests, limits }: Asked, resource: string, ratio: number): Finding[] {
  const { [resource]: request = 0 } = requests
  const { [resource]: limit = 0 } = limits
  const bound = `the namespace lets a limit be ${ratio} times the request at most`
  if (request === 0 || limit === 0) {
    return [failed(`${what} has no request and limit of ${resource}, and ${bound}`, sayFix(resource))]
  }
  if (!isMore(limit / request, ratio)) return []
  const found = `${what} has a limit of ${amountText(resource, limit)} ${resource} for a request of ${amountText(resource, request)}`
  return [
    failed(`${found}, and ${bound}`, `have request and limit of ${resource} made alike, or the limit range changed`),
  ]
}

function askFix(which: 'less' | 'more', resource: string): string {
  return `ask for ${which} in \`resources\` of the step (${resource}), or have the limit range changed`
}

function sayFix(resource: string): string {
  return `write ${resource} into \`resources\` of the step, or have defaults set in the limit range, which Argo’s own containers need as well`
}
