import { bindPlan, type BoundPlan } from './bind.ts'
import { Recent } from './recent.ts'
import type { RunRow } from './run-rows.ts'
import { planOf } from './validate.ts'

/** The plan of a run with its parameters filled in. */
export type Plans = (run: RunRow) => BoundPlan

const KEPT = 16

/** Plans of runs, the latest of them kept: to make one can take longer than all else that a page asks for. */
export function openPlans(): Plans {
  const recent = new Recent<BoundPlan>(KEPT)
  return (run) => {
    const make = () => ({ value: bindPlan(planOf(run.definition), run.frozen.parameters), size: 1 })
    return recent.get(run.id, make) ?? make().value
  }
}
