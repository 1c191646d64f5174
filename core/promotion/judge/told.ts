import { findingOf, type Finding } from '#core/cluster-facts/index.ts'
import type { Problem } from '#core/base/problem.ts'
import type { PlanCheck } from '#core/contract/plan.ts'
import { CHECKS, type CheckId } from './checks.ts'

/** What was found of one step. */
export type StepFinding = { readonly step: string; readonly finding: Finding }

/** A finding that is about all steps. `part` follows the id of the check, as in `rights:pods`. */
export function told(id: CheckId, finding: Finding, { seconds = 0, part = '' } = {}): PlanCheck {
  const [suffix, name] = part === '' ? ['', ''] : [`:${part}`, ` on ${part}`]
  return { id: `${id}${suffix}`, title: `${CHECKS[id]}${name}`, step: null, ...finding, seconds }
}

/** What was found of steps, else the one finding that holds for all of them; null where there is nothing to tell then. */
export function toldOfSteps(
  id: CheckId,
  found: readonly StepFinding[],
  { good, seconds }: { readonly good: Finding | null; readonly seconds: number },
): PlanCheck[] {
  if (found.length === 0) return good === null ? [] : [told(id, good, { seconds })]
  return found.map(({ step, finding }) => ({ ...told(id, finding, { seconds }), step }))
}

/** What could not be looked at is no good sign and no bad one. */
export function unseen(problem: Problem, fix: string): Finding {
  return { ...findingOf(problem, fix), status: 'skipped' }
}

export function skipped(found: string, fix: string | null): Finding {
  return { status: 'skipped', found, fix }
}
