import type { PlanCheck, PlanNodes } from '#core/contract/plan.ts'
import type { CheckId } from './checks.ts'
import { readPlace, readSent, type Facts, type PlaceFacts } from './facts.ts'
import type { JudgeInput } from './input.ts'
import { judgeAccount } from './judge-account.ts'
import { judgeAdmission, judgePodSecurity } from './judge-admission.ts'
import { judgeArgo, judgeController } from './judge-argo.ts'
import { judgeLimitRanges } from './judge-limits.ts'
import { judgeNodes } from './judge-nodes.ts'
import { judgeObjects, judgePullSecret } from './judge-objects.ts'
import { judgeName, judgeNamespace, judgeReach } from './judge-place.ts'
import { judgeObjectQuota, judgeQuotas } from './judge-quota.ts'
import { judgeRights } from './rights.ts'
import { skipped, told } from './told.ts'

export type Judgement = { readonly checks: PlanCheck[]; readonly nodes: Record<string, PlanNodes> }

/**
 * Whether a cluster would take every step of a pipeline. All that it reads is read once, what does not depend on what is sent
 * first unless it is given, each of the two within a deadline; what could not be read is told as skipped. Makes nothing: what
 * it creates is a dry run. Rejects with the reason of the signal; all that is wrong with the cluster is told in the checks.
 */
export async function judgeCluster(input: JudgeInput, place?: PlaceFacts): Promise<Judgement> {
  const facts = place ?? (await readPlace(input))
  return judgeFacts({ ...facts, ...(await readSent(input, facts)) }, input)
}

/** These ask nothing of what is in the namespace. */
const OUTSIDE: ReadonlySet<CheckId> = new Set(['reach', 'namespace', 'rights', 'argo', 'argo-controller', 'nodes'])

/** See `judgeCluster`. */
export function judgeFacts(facts: Facts, input: Judged): Judgement {
  const { profile, hasSchedules } = input
  const reach = judgeReach(facts)
  const nodes = judgeNodes(facts, input)
  if (reach.status === 'failed' && facts.version.problem !== undefined) {
    return { checks: [reach, ...notLookedAt(failedFirst(reach), (id) => id !== 'reach')], nodes: nodes.nodes }
  }
  const namespace = judgeNamespace(facts, profile.namespace)
  const outside = [
    reach,
    namespace,
    ...judgeRights(facts, hasSchedules),
    judgeArgo(facts, hasSchedules),
    judgeController(facts, profile.namespace),
  ]
  if (namespace.status === 'failed') {
    const inside = notLookedAt(failedFirst(namespace), (id) => !OUTSIDE.has(id))
    return { checks: [...outside, ...inside, ...(input.object === null ? [] : nodes.checks)], nodes: nodes.nodes }
  }
  if (input.object === null) return { checks: [...outside, ...judgeUncompiled(facts, input)], nodes: {} }
  return { checks: [...outside, ...judgeInside(facts, input), ...nodes.checks], nodes: nodes.nodes }
}

type Judged = Omit<JudgeInput, 'cluster' | 'signal'>

/** What can be said of a cluster for a pipeline that could not be compiled. */
function judgeUncompiled(facts: Facts, input: Judged): PlanCheck[] {
  const objectQuota = judgeObjectQuota(facts, input)
  return [
    ...judgeAccount(facts, input.profile),
    ...judgePullSecret(facts, input),
    ...(objectQuota === null ? [] : [objectQuota]),
    ...notLookedAt('not looked at, since the pipeline could not be compiled for the cluster', (id) =>
      OF_TEMPLATE.has(id),
    ),
  ]
}

function judgeInside(facts: Facts, input: Judged): PlanCheck[] {
  const { profile } = input
  const objectQuota = judgeObjectQuota(facts, input)
  return [
    judgeName(facts, input),
    ...judgeAccount(facts, profile),
    ...judgeObjects(facts, profile.namespace),
    ...judgePullSecret(facts, input),
    ...judgeLimitRanges(facts, facts.pods),
    ...judgeQuotas(facts, facts.pods, input),
    ...(objectQuota === null ? [] : [objectQuota]),
    ...judgePodSecurity(facts, profile),
    ...judgeAdmission(facts, profile),
  ]
}

function failedFirst({ title }: PlanCheck): string {
  return `not looked at, since the check "${title}" failed`
}

/** Checks that nothing can be said of. */
function notLookedAt(why: string, isMeant: (id: CheckId) => boolean): PlanCheck[] {
  return ALWAYS.filter(isMeant).map((it) => told(it, skipped(why, null)))
}

/** They judge what is sent. */
const OF_TEMPLATE: ReadonlySet<CheckId> = new Set<CheckId>([
  'template-name',
  'limit-range',
  'quota',
  'pod-security',
  'admission',
  'nodes',
])

/** Those that are always told. */
const ALWAYS: readonly CheckId[] = [
  ...(['namespace', 'rights', 'argo', 'argo-controller', 'template-name', 'service-account'] as const),
  ...(['service-account-rights', 'limit-range', 'quota', 'pod-security', 'admission', 'nodes'] as const),
]
