import { amountText } from '#core/base/quota.ts'
import { failed, passed, warning, type Finding, type ResourceQuota } from '#core/cluster-facts/index.ts'
import type { PlanCheck } from '#core/contract/plan.ts'
import { amountsOf, isMore, type Amounts } from './amounts.ts'
import type { Facts } from './facts.ts'
import type { JudgeInput } from './input.ts'
import { withDefaults } from './limit-defaults.ts'
import type { PodSpec } from './pod-spec.ts'
import type { StepPod } from './pods.ts'
import { countsPod } from './quota-scopes.ts'
import { takesOf, unsaidOf } from './quota-takes.ts'
import { skipped, told, toldOfSteps, unseen, type StepFinding } from './told.ts'

/** What of a quota is not enough for a pod. */
type Short = {
  readonly quota: string
  readonly resource: string
  readonly taken: number
  readonly hard: number
  readonly left: number
}

type Counted = Pick<Facts, 'quotas' | 'limitRanges' | 'executor'>
type Asked = Pick<JudgeInput, 'steps' | 'parallelism'>

const LESS = 'ask for less in `resources` of the step, or have the quota raised'

/** One pod of each step against what each quota that counts it has left, then all pods of a step that may run at once. */
export function judgeQuotas(facts: Counted, pods: readonly StepPod[], asked: Asked): PlanCheck[] {
  const { value, problem, seconds } = facts.quotas
  if (problem !== undefined) {
    return [told('quota', unseen(problem, 'get the right to list resourcequotas'), { seconds })]
  }
  if (value.length === 0) {
    return [told('quota', passed('none: the namespace may use what the cluster has'), { seconds })]
  }
  const limits = facts.limitRanges.value?.flatMap(({ spec }) => spec.limits) ?? []
  const full = pods.map(({ step, spec }) => ({ step, spec: withDefaults(spec, limits) }))
  const single = full.flatMap(({ step, spec }) => stepFindings(step, podFindings(spec, value, facts)))
  const withRoom = full.filter(({ spec }) => shortsOf(spec, value).length === 0)
  const wide = withRoom.flatMap(({ step, spec }) => widthFinding({ step, spec }, value, asked))
  const names = value.map(({ metadata }) => metadata.name).join(', ')
  return [
    ...toldOfSteps('quota', single, { good: passed(`${names}: a pod of each step has room`), seconds }),
    ...toldOfSteps('quota-width', wide, { good: null, seconds }),
  ]
}

function stepFindings(step: string, found: readonly Finding[]): StepFinding[] {
  return found.map((finding) => ({ step, finding }))
}

/** What a pod cannot have, of all quotas that count it. */
function shortsOf(pod: PodSpec, quotas: readonly ResourceQuota[]): Short[] {
  const takes = takesOf(pod)
  return quotas
    .filter((quota) => countsPod(quota, pod))
    .flatMap(({ metadata, status }) => {
      const used = amountsOf(status.used)
      return Object.entries(amountsOf(status.hard)).flatMap(([resource, hard]) => {
        const [taken, left] = [takes[resource] ?? 0, hard - (used[resource] ?? 0)]
        return taken > 0 && isMore(taken, left) ? [{ quota: metadata.name, resource, taken, hard, left }] : []
      })
    })
}

function podFindings(pod: PodSpec, quotas: readonly ResourceQuota[], facts: Counted): Finding[] {
  const unsaid = quotas.filter((quota) => countsPod(quota, pod)).flatMap((quota) => unsaidFinding(pod, quota, facts))
  return [...unsaid, ...shortsOf(pod, quotas).map(shortFinding)]
}

function shortFinding({ quota, resource, taken, hard, left }: Short): Finding {
  const [wanted, most, free] = [taken, hard, Math.max(0, left)].map((it) => amountText(resource, it))
  if (isMore(taken, hard)) {
    return failed(`a pod takes ${wanted} ${resource}, and the quota ${quota} has ${most} in all`, LESS)
  }
  const fix = `push, and start a run when others are done, or free some ${resource} in the namespace`
  const found = `a pod takes ${wanted} ${resource}, and of the quota ${quota} ${free} of ${most} are free now`
  return warning(`${found}: a run that is started now would be refused`, fix)
}

const DEFAULTS =
  'have a LimitRange with defaults for containers made in the namespace, or `executor.resources` set in Argo and `resources` in the step'

/** What Argo's own containers say is known of its controller alone, and what they get by default of limit ranges alone. */
function unsaidFinding(
  pod: PodSpec,
  { metadata, status }: ResourceQuota,
  { executor, limitRanges }: Counted,
): Finding[] {
  const own = { ...pod, initContainers: [], containers: pod.containers.filter(({ name }) => name !== 'wait') }
  const unsaid = unsaidOf(pod, Object.keys(status.hard))
  if (unsaid.length === 0) return []
  const found = `the quota ${metadata.name} takes no container that does not say what it needs: ${unsaid.join('; ')}`
  if (limitRanges.value === undefined) return [skipped(`${found}; limit ranges could not be read`, DEFAULTS)]
  const isSure = (executor.value ?? null) !== null || unsaidOf(own, Object.keys(status.hard)).length > 0
  return [isSure ? failed(found, DEFAULTS) : warning(`${found}, as far as is known of Argo’s own`, DEFAULTS)]
}

/** Whether a fan-out has room for as many pods as may run at once; the others wait. */
function widthFinding(
  { step, spec }: Pick<StepPod, 'step' | 'spec'>,
  quotas: readonly ResourceQuota[],
  { steps, parallelism }: Asked,
): StepFinding[] {
  const { width = null, parallelism: own = null } = steps[step] ?? {}
  const atOnce = Math.min(width ?? Infinity, own ?? Infinity, parallelism ?? Infinity)
  if (atOnce === Infinity || atOnce <= 1) return []
  const rooms = quotas.filter((quota) => countsPod(quota, spec)).map((quota) => roomOf(quota, takesOf(spec)))
  const least = rooms.toSorted((a, b) => a.count - b.count).at(0)
  if (least === undefined || least.count >= atOnce) return []
  const found = `up to ${atOnce} pods at once, and the quota ${least.quota} has room for ${least.count} (${least.resource})`
  const fix = `nothing, if the others may wait; else have the quota raised, or start it with \`--parallelism ${least.count}\``
  return [{ step, finding: warning(found, fix) }]
}

function roomOf(
  { metadata, status }: ResourceQuota,
  takes: Amounts,
): { quota: string; resource: string; count: number } {
  const used = amountsOf(status.used)
  const rooms = Object.entries(amountsOf(status.hard)).flatMap(([resource, hard]) => {
    const taken = takes[resource] ?? 0
    if (taken === 0) return []
    const count = Math.floor((hard - (used[resource] ?? 0)) / taken + 1e-9)
    return [{ quota: metadata.name, resource, count }]
  })
  const [least] = rooms.toSorted((a, b) => a.count - b.count)
  return least ?? { quota: metadata.name, resource: '', count: Infinity }
}

/** Names that quotas count objects of a kind by. */
const COUNTED: Readonly<Record<string, readonly string[]>> = {
  WorkflowTemplate: ['count/workflowtemplates.argoproj.io'],
  Workflow: ['count/workflows.argoproj.io'],
  Secret: ['secrets', 'count/secrets'],
  ConfigMap: ['configmaps', 'count/configmaps'],
}

type ObjectRoom = {
  readonly quota: string
  readonly resource: string
  readonly left: number
  readonly push: number
  readonly run: number
}

/** Null where no quota counts what a push or a run creates. */
export function judgeObjectQuota(
  { quotas }: Pick<Facts, 'quotas'>,
  { creates }: Pick<JudgeInput, 'creates'>,
): PlanCheck | null {
  const counted = (quotas.value ?? []).flatMap((quota) => objectRooms(quota, creates))
  if (counted.length === 0) return null
  return told('quota-objects', objectFinding(counted), { seconds: quotas.seconds })
}

function objectRooms({ metadata, status }: ResourceQuota, { push, run }: JudgeInput['creates']): ObjectRoom[] {
  const [hard, used] = [amountsOf(status.hard), amountsOf(status.used)]
  return Object.entries(COUNTED).flatMap(([kind, resources]) =>
    resources.flatMap((resource) => {
      const most = hard[resource]
      const needs = { push: push[kind] ?? 0, run: run[kind] ?? 0 }
      if (most === undefined || needs.push + needs.run === 0) return []
      return [{ quota: metadata.name, resource, left: most - (used[resource] ?? 0), ...needs }]
    }),
  )
}

/** What a push has no room for refuses it; what a run alone has none for may be there later. */
function objectFinding(counted: readonly ObjectRoom[]): Finding {
  const words = (rooms: readonly ObjectRoom[]): string =>
    rooms
      .map(({ quota, resource, left, push, run }) => `${quota}: ${resource} ${left} left, ${push + run} needed`)
      .join('; ')
  const fix = 'delete what is not needed any more, or have the quota raised'
  const ofPush = counted.filter(({ left, push }) => left < push)
  if (ofPush.length > 0) return failed(words(ofPush), fix)
  const ofRun = counted.filter(({ left, push, run }) => left < push + run)
  if (ofRun.length > 0) return warning(`${words(ofRun)}: a run that is started now would be refused`, fix)
  return passed(words(counted))
}
