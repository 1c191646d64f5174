import type { Issue } from '#core/base/problem.ts'
import type { RunEvent } from '#core/contract/events.ts'
import { isToStart, type StepState } from './run-state.ts'

/** Why a cluster will not have a run. */
export type Refusal = { readonly code: Issue['code']; readonly reason: string }

/** Whether a refusal by the cluster is the end of some of these steps. */
export function endsSome(active: readonly StepState[]): boolean {
  return active.some(isToStart)
}

/**
 * What could begin there fails; what waits for that is skipped as ever, or is open then and fails too. What this machine
 * does goes on.
 */
export function failuresOf(active: readonly StepState[], refusal: Refusal): RunEvent[] {
  const refused = active.filter(isToStart)
  return refused.map(({ bound }) => ({ kind: 'step.failed', step: bound.planned.name, item: null, ...refusal }))
}
