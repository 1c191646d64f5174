import type { PlanCheck, PlanNodes } from '#core/contract/plan.ts'
import type { CheckId } from './checks.ts'
import { readFacts, type Facts } from './facts.ts'
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
 * Whether a cluster would take every step of a pipeline. All that it reads is read once and at the same time, each part within
 * its own deadline; what could not be read is told as skipped. Makes nothing: what it creates is a dry run. Rejects with the
 * reason of the signal; all that is wrong with the cluster is told in the checks.
 */
export async function judgeCluster(input: JudgeInput): Promise<Judgement> {
  return judgeFacts(await readFacts(input), input)
}

/** These ask nothing of what is in the namespace. */
const OUTSIDE: ReadonlySet<CheckId> = new Set(['reach', 'namespace', 'rights', 'argo', 'argo-controller', 'nodes'])

/** See `judgeCluster`. */
export function judgeFacts(facts: Facts, input: Omit<JudgeInput, 'cluster' | 'signal'>): Judgement {
  const { profile, hasSchedules } = input
  const reach = judgeReach(facts)
  const nodes = judgeNodes(facts, input)
  if (reach.status === 'failed' && facts.version.problem !== undefined) {
    return { checks: [reach, ...notLookedAt(reach, () => true)], nodes: nodes.nodes }
  }
  const namespace = judgeNamespace(facts, profile.namespace)
  const outside = [
    reach,
    namespace,
    ...judgeRights(facts, hasSchedules),
    judgeArgo(facts, hasSchedules),
    judgeController(facts, profile.namespace),
  ]
  const inside =
    namespace.status === 'failed' ? notLookedAt(namespace, (id) => !OUTSIDE.has(id)) : judgeInside(facts, input)
  return { checks: [...outside, ...inside, ...nodes.checks], nodes: nodes.nodes }
}

function judgeInside(facts: Facts, input: Omit<JudgeInput, 'cluster' | 'signal'>): PlanCheck[] {
  const { profile } = input
  const objectQuota = judgeObjectQuota(facts)
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

/** Checks that nothing can be said of, since another failed. */
function notLookedAt({ title, id }: PlanCheck, isMeant: (id: CheckId) => boolean): PlanCheck[] {
  const finding = skipped(`not looked at, since the check "${title}" failed`, null)
  return ALWAYS.filter((it) => it !== id && isMeant(it)).map((it) => told(it, finding))
}

/** Those that are always told. */
const ALWAYS: readonly CheckId[] = [
  ...(['namespace', 'rights', 'argo', 'argo-controller', 'template-name', 'service-account'] as const),
  ...(['service-account-rights', 'limit-range', 'quota', 'pod-security', 'admission', 'nodes'] as const),
]
