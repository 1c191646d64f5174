import { tolerates, type Taint } from '#core/cluster-facts/index.ts'
import { isMore, type Amounts } from './amounts.ts'
import type { PodSpec } from './pod-spec.ts'
import type { NodeFacts } from './read-nodes.ts'

/** What a pod asks of a node. */
export type Wish = {
  /** `pods` among it. */
  readonly requests: Amounts
  readonly nodeSelector: PodSpec['nodeSelector']
  readonly tolerations: PodSpec['tolerations']
  /** Of its image. */
  readonly platform: string
}

/** Why a node takes no pod; `one` and `many` complete `2 …`. `isPassing`: it may be gone without anybody's doing for the pod. */
export type Obstacle =
  | { readonly kind: 'state'; readonly one: string; readonly many: string; readonly isPassing: boolean }
  | {
      readonly kind: 'room'
      readonly resource: string
      readonly asked: number
      /** Free, or of the whole node where that is too little as well. */
      readonly has: number
      readonly isPassing: boolean
    }

/** Taints that tell of a state which is known from elsewhere. */
const STATES = /^node\.kubernetes\.io\/(?:unschedulable|not-ready|unreachable|(?:memory|disk|pid)-pressure)$/

/** Why a node would not take a pod, empty where it would. `taken`: what others take of it, undefined where that is not known. */
export function obstaclesOf(node: NodeFacts, wish: Wish, taken: Amounts | undefined): Obstacle[] {
  const unmet = Object.entries(wish.nodeSelector).filter(([key, value]) => node.labels[key] !== value)
  // The scheduler looks at one thing after the other too: nodes that are meant for others have nothing more to tell.
  if (unmet.length > 0) return [labelObstacle(unmet, node, wish)]
  if (node.platform !== wish.platform) return [platformObstacle(node, wish)]
  return [...stateObstacles(node), ...taintObstacles(node, wish), ...roomObstacles(node, wish, taken)]
}

function lasting(one: string, many: string): Obstacle {
  return { kind: 'state', one, many, isPassing: false }
}

function passing(one: string, many: string): Obstacle {
  return { kind: 'state', one, many, isPassing: true }
}

const ARCH = 'kubernetes.io/arch'

function labelObstacle(unmet: readonly (readonly [string, string])[], node: NodeFacts, wish: Wish): Obstacle {
  if (unmet.every(([key]) => key === ARCH)) return platformObstacle(node, wish)
  const words = unmet.map(([key, value]) => `${key}=${value}`).join(',')
  const noun = unmet.length === 1 ? 'label' : 'labels'
  return lasting(`lacks the ${noun} ${words}`, `lack the ${noun} ${words}`)
}

function platformObstacle({ platform }: NodeFacts, wish: Wish): Obstacle {
  return lasting(`is ${platform}, not ${wish.platform}`, `are ${platform}, not ${wish.platform}`)
}

function stateObstacles({ isCordoned, isReady, pressures }: NodeFacts): Obstacle[] {
  return [
    ...(isCordoned ? [passing('is cordoned', 'are cordoned')] : []),
    ...(isReady ? [] : [passing('is not ready', 'are not ready')]),
    ...pressures.map((it) => passing(`has ${it}`, `have ${it}`)),
  ]
}

function taintObstacles({ taints }: NodeFacts, { tolerations }: Wish): Obstacle[] {
  return taints
    .filter(({ effect, key }) => effect !== 'PreferNoSchedule' && !STATES.test(key))
    .filter((taint) => !tolerations.some((it) => tolerates(it, taint)))
    .map((taint) => lasting(`has the taint ${taintText(taint)}`, `have the taint ${taintText(taint)}`))
}

function taintText({ key, value, effect }: Taint): string {
  return value === '' ? `${key}:${effect}` : `${key}=${value}:${effect}`
}

function roomObstacles({ allocatable }: NodeFacts, { requests }: Wish, taken: Amounts | undefined): Obstacle[] {
  return Object.entries(requests).flatMap(([resource, asked]): Obstacle[] => {
    const whole = allocatable[resource] ?? 0
    if (asked <= 0) return []
    if (isMore(asked, whole)) return [{ kind: 'room', resource, asked, has: whole, isPassing: false }]
    const free = whole - (taken?.[resource] ?? 0)
    return isMore(asked, free) ? [{ kind: 'room', resource, asked, has: Math.max(0, free), isPassing: true }] : []
  })
}
