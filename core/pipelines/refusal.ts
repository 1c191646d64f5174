import type { Issue } from '#core/base/problem.ts'
import { isFinalStep, type RunEvent } from '#core/contract/events.ts'
import type { StepState } from './run-state.ts'

/** Why a cluster will not have a run. */
export type Refusal = { readonly code: Issue['code']; readonly reason: string }

/** What could begin fails; what waits for that is skipped as ever, or is open then and fails too. */
export function* failuresOf(active: readonly StepState[], refusal: Refusal): Generator<RunEvent> {
  for (const { status, bound } of active) {
    if (!isFinalStep(status)) yield { kind: 'step.failed', step: bound.planned.name, item: null, ...refusal }
  }
}
