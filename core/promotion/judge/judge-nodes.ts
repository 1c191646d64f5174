import type { Problem } from '#core/base/problem.ts'
import { failed, passed, warning, type Finding } from '#core/cluster-facts/index.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { PlanCheck, PlanNodes } from '#core/contract/plan.ts'
import { podAmounts } from './amounts.ts'
import type { Facts } from './facts.ts'
import type { JudgeInput } from './input.ts'
import { keyOf } from './json-object.ts'
import { withDefaults } from './limit-defaults.ts'
import { obstaclesOf, type Obstacle, type Wish } from './node-fit.ts'
import { whyNone } from './node-words.ts'
import type { StepPod } from './pods.ts'
import type { NodeFacts } from './read-nodes.ts'
import { skipped, told, toldOfSteps, unseen, type StepFinding } from './told.ts'

const SHOWN = 5
const ARCH = 'kubernetes.io/arch'
const UNKNOWN: PlanNodes = { fits: null, count: null, why: null }

type Known = Pick<Facts, 'nodes' | 'taken' | 'limitRanges' | 'pods' | 'autoscaler'>
type Judged = { readonly nodes: PlanNodes; readonly finding: Finding | null }

/** Which nodes could take a pod of each step, and why none can. */
export function judgeNodes(
  facts: Known,
  { profile, steps }: Pick<JudgeInput, 'profile' | 'steps'>,
): { readonly checks: PlanCheck[]; readonly nodes: Record<string, PlanNodes> } {
  const { nodes, taken, pods } = facts
  const { problem, seconds } = nodes
  if (problem !== undefined) {
    const finding = unseen(problem, 'get the right to list nodes in the whole cluster')
    return {
      checks: [told('nodes', finding, { seconds })],
      nodes: Object.fromEntries(pods.map(({ step }) => [step, UNKNOWN])),
    }
  }
  const known = new Map<string, Judged>()
  const judged = pods.map((pod) => {
    const wish = wishOf(pod, facts, { profile, platform: steps[pod.step]?.platform })
    const key = keyOf({ ...wish, hasAffinity: pod.spec.affinity !== undefined })
    const made = known.get(key) ?? judgeWish(pod, wish, facts)
    known.set(key, made)
    return { step: pod.step, ...made }
  })
  const found = judged.flatMap(({ step, finding }): StepFinding[] => (finding === null ? [] : [{ step, finding }]))
  const counts = judged.map((it) => it.nodes.count ?? 0)
  const [least, most, all] = [Math.min(...counts), Math.max(...counts), nodes.value.length]
  const range = least === most ? `${least}` : `${least} to ${most}`
  const blind = taken.problem === undefined ? '' : `; what other pods take is not known${whyBlind(taken.problem)}`
  const good = passed(`each step fits on ${range} of ${all} ${all === 1 ? 'node' : 'nodes'}${blind}`)
  return {
    checks: [
      ...(found.length === 0 ? [] : platformFindings(nodes.value, profile)).map((it) => told('nodes', it, { seconds })),
      ...toldOfSteps('nodes', found, { good, seconds }),
    ],
    nodes: Object.fromEntries(judged.map((it) => [it.step, it.nodes])),
  }
}

function whyBlind({ code }: Problem): string {
  return code === 'cluster_forbidden' ? ', since you may not list them' : ''
}

/** What a push is refused for, whatever its steps ask for: no node that the selector names is of the platform. */
function platformFindings(nodes: readonly NodeFacts[], { nodeSelector, platform }: ClusterProfile): Finding[] {
  const isSelected = ({ labels }: NodeFacts): boolean =>
    Object.entries(nodeSelector).every(([name, value]) => labels[name] === value)
  const found = new Set(nodes.filter(isSelected).map((it) => it.platform))
  if (found.size === 0 || found.has(platform)) return []
  const fix = 'change the platform of the target with `minisub target edit`'
  return [failed(`the target is for ${platform}, and its nodes are ${[...found].join(', ')}`, fix)]
}

type Where = { readonly profile: ClusterProfile; readonly platform: string | undefined }

/** Where the selector names an architecture, it is that which images are for. */
function wishOf({ spec }: StepPod, { limitRanges }: Known, { profile, platform }: Where): Wish {
  const limits = limitRanges.value?.flatMap((it) => it.spec.limits) ?? []
  const { [ARCH]: arch } = profile.nodeSelector
  return {
    requests: { ...podAmounts(withDefaults(spec, limits), 'requests'), pods: 1 },
    nodeSelector: spec.nodeSelector,
    tolerations: spec.tolerations,
    platform: platform ?? (arch === undefined ? profile.platform : `linux/${arch}`),
  }
}

function judgeWish({ spec }: StepPod, wish: Wish, { nodes, taken, autoscaler }: Known): Judged {
  if (spec.affinity !== undefined) {
    const finding = skipped('pods of the step have an affinity, which is not judged', null)
    return { nodes: UNKNOWN, finding }
  }
  const all = (nodes.value ?? []).map((node) => ({
    name: node.name,
    obstacles: obstaclesOf(node, wish, taken.value === undefined ? undefined : (taken.value.get(node.name) ?? {})),
  }))
  const fits = all.filter(({ obstacles }) => obstacles.length === 0).map(({ name }) => name)
  if (fits.length > 0) {
    return { nodes: { fits: fits.slice(0, SHOWN), count: fits.length, why: null }, finding: null }
  }
  const obstacles = all.map((it) => it.obstacles)
  const why = all.length === 0 ? 'the cluster has no nodes' : whyNone(obstacles)
  return { nodes: { fits: [], count: 0, why }, finding: noneFinding(why, obstacles, { taken, autoscaler }) }
}

function noneFinding(
  why: string,
  obstacles: readonly (readonly Obstacle[])[],
  { taken, autoscaler }: Pick<Known, 'taken' | 'autoscaler'>,
): Finding {
  const words = taken.problem === undefined ? why : `${why}; what other pods take is not known`
  const isPassing = obstacles.some((it) => it.every((obstacle) => obstacle.isPassing))
  if (isPassing) return warning(`no node takes a pod of it now: ${words}`, passingFix(obstacles.flat()))
  const maker = autoscaler.value ?? null
  if (maker !== null) {
    const fix = `look whether ${maker} may make such a node; else ${lastingFix(obstacles.flat())}`
    return warning(`no node takes a pod of it now, and ${maker} may make one: ${words}`, fix)
  }
  return failed(`no node can ever take a pod of it: ${words}`, lastingFix(obstacles.flat()))
}

function passingFix(obstacles: readonly Obstacle[]): string {
  const isFull = obstacles.some((it) => it.kind === 'room')
  return isFull
    ? 'wait until others are done, or ask for less'
    : 'have the node uncordoned or mended; until then it waits'
}

function lastingFix(obstacles: readonly Obstacle[]): string {
  const lasting = obstacles.filter(({ isPassing }) => !isPassing)
  const words = lasting.flatMap((it) => (it.kind === 'state' ? [it.one] : []))
  const has = (text: string): boolean => words.some((it) => it.startsWith(text))
  const short = [...new Set(lasting.flatMap((it) => (it.kind === 'room' ? [it.resource] : [])))]
  const fixes = [
    ...(short.length > 0 ? [`ask for less ${short.join(' and ')} in \`resources\` of the step`] : []),
    ...(has('has the taint') ? ['tolerate the taint (minisub target edit NAME --toleration)'] : []),
    ...(has('lacks') ? ['correct the node selector of the target'] : []),
    ...(has('is ') ? ['correct the platform of the target (minisub target edit NAME --platform)'] : []),
  ]
  return [...fixes, 'or have such a node added'].join(', ')
}
