import { admissionFix, failed, isFullNow, passed, warning, type Finding } from '#core/cluster-facts/index.ts'
import type { Problem } from '#core/base/problem.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { PlanCheck } from '#core/contract/plan.ts'
import type { Facts } from './facts.ts'
import { judgeTemplate, POLICY_FIX } from './judge-place.ts'
import { levelsOf, securityFaults, type Level } from './pod-security.ts'
import type { StepPod } from './pods.ts'
import { told, toldOfSteps, unseen, type StepFinding } from './told.ts'
import { shapeOf } from './try-pods.ts'

type Tried = Pick<Facts, 'namespace' | 'podsTried' | 'pods'>

/** What Pod Security says: of dry runs, and of the labels of the namespace where pods could not be tried. */
export function judgePodSecurity(facts: Tried, profile: ClusterProfile): PlanCheck[] {
  const { namespace, pods } = facts
  const { enforce, warn } = levelsOf(namespace.value?.labels ?? {})
  const found = pods.flatMap((pod): StepFinding[] => {
    const finding = securityFinding(pod, facts, profile)
    return finding === null ? [] : [{ step: pod.step, finding }]
  })
  const words = warn === enforce ? enforce : `${enforce}, with warnings of ${warn}`
  const good = passed(`the level ${words} takes pods like those of runs`)
  const isKnown = namespace.problem === undefined || pods.some((pod) => isTaken(facts.podsTried.get(shapeOf(pod))))
  const unread =
    namespace.problem === undefined ? good : unseen(namespace.problem, 'get the right to get the namespace')
  return toldOfSteps('pod-security', found, { good: isKnown ? good : unread, seconds: namespace.seconds })
}

function isTaken(tried: { readonly problem?: Problem | undefined } | undefined): boolean {
  return tried !== undefined && tried.problem === undefined
}

/** The cluster's own words count more than ours. */
function securityFinding(pod: StepPod, { namespace, podsTried }: Tried, profile: ClusterProfile): Finding | null {
  const { enforce, warn } = levelsOf(namespace.value?.labels ?? {})
  const tried = podsTried.get(shapeOf(pod))
  const words = tried?.problem?.code === 'cluster_refused' ? tried.problem.message : ''
  if (words.includes('PodSecurity')) return failed(words, admissionFix(words, profile) ?? POLICY_FIX)
  const ofEnforced = isTaken(tried) ? [] : securityFaults(pod.spec, enforce)
  if (ofEnforced.length > 0) return levelFinding(failed, { level: enforce, faults: ofEnforced }, profile)
  const ofWarned = securityFaults(pod.spec, warn)
  return ofWarned.length === 0 ? null : levelFinding(warning, { level: warn, faults: ofWarned }, profile)
}

function levelFinding(
  make: typeof failed,
  { level, faults }: { readonly level: Level; readonly faults: readonly string[] },
  profile: ClusterProfile,
): Finding {
  const verb = make === failed ? 'refuses' : 'warns of'
  const fix = admissionFix('PodSecurity', profile) ?? POLICY_FIX
  return make(`the level ${level} of the namespace ${verb} pods with ${faults.join(', ')}`, fix)
}

type Others = Pick<Facts, 'quotas' | 'limitRanges' | 'account'>

/** What another check has told, since it could read what the words are about. */
function isToldElsewhere(words: string, { quotas, limitRanges, account }: Others): boolean {
  if (words.includes('PodSecurity')) return true
  if (/(?:exceeded|failed) quota/.test(words)) return quotas.problem === undefined
  if (/per (?:Container|Pod)\b/.test(words)) return limitRanges.problem === undefined
  return /serviceaccount ".*" not found/.test(words) && account.problem?.code === 'not_found'
}

type Admitted = Tried & Others & Pick<Facts, 'templateTried'>

/** What webhooks and policies say of the template and of its pods, all by dry run. */
export function judgeAdmission(facts: Admitted, profile: ClusterProfile): PlanCheck[] {
  const { templateTried, pods, podsTried } = facts
  const { seconds } = templateTried
  const found = pods.flatMap((pod): StepFinding[] => {
    const problem = podsTried.get(shapeOf(pod))?.problem
    if (problem === undefined || !isRefused(problem) || isToldElsewhere(problem.message, facts)) return []
    return [{ step: pod.step, finding: refusal(problem.message, profile) }]
  })
  const ofTemplate = judgeTemplate(facts)
  if (ofTemplate.status !== 'passed') {
    return [told('admission', ofTemplate, { seconds }), ...toldOfSteps('admission', found, { good: null, seconds })]
  }
  const problem = [...podsTried.values()].map((it) => it.problem).find((it) => it !== undefined && !isRefused(it))
  const good = problem === undefined ? ofTemplate : unseen(problem, TRY_FIX)
  return toldOfSteps('admission', found, { good, seconds })
}

/** What a full quota refuses now it takes when others are done. */
function refusal(words: string, profile: ClusterProfile): Finding {
  const fix = admissionFix(words, profile) ?? POLICY_FIX
  return isFullNow(words) ? warning(`${words}: a run that is started now would be refused`, fix) : failed(words, fix)
}

const TRY_FIX = 'get the right to create pods, which is used for dry runs alone, so that pods can be tried'

function isRefused({ code }: Problem): boolean {
  return code === 'cluster_refused'
}
