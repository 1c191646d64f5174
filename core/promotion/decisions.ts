import type { PlanStep } from '#core/contract/plan.ts'
import type { Edge, StepState } from '#core/pipelines/index.ts'

type Decision = PlanStep['decision']

/**
 * What a run would do with each step, by name. `steps`: as it begins, each behind those that it waits for. Of steps that wait
 * for others it is told as if those that run succeed.
 */
export function decisionsOf(steps: readonly StepState[]): ReadonlyMap<string, Decision> {
  const decisions = new Map<string, Decision>()
  for (const step of steps) decisions.set(step.bound.planned.name, decisionOf(step, decisions))
  return decisions
}

function decisionOf({ status, bound }: StepState, before: ReadonlyMap<string, Decision>): Decision {
  if (status === 'cached' || status === 'skipped') return status
  if (status === 'succeeded') return 'cached'
  const open = bound.planned.edges.filter(({ step }) => isOpen(before.get(step)))
  const isConstant = bound.when === null || ('constant' in bound.when && bound.when.constant === true)
  if (open.length > 0 && !isConstant) return 'unknown'
  return open.some((edge) => isUncertain(edge, before.get(edge.step))) ? 'unknown' : 'runs'
}

function isOpen(decision: Decision | undefined): boolean {
  return decision === 'runs' || decision === 'unknown'
}

/** Whoever waits for an end gets it; whoever waits for a failure may wait in vain. */
function isUncertain({ condition }: Edge, decision: Decision | undefined): boolean {
  return condition === 'failed' || (condition !== 'finished' && decision === 'unknown')
}
