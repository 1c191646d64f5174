import { assertNever } from '#core/base/assert-never.ts'
import { createPlan } from './create.ts'
import { deletePlan } from './delete.ts'
import type { LocalClusterDeps } from './deps.ts'
import { startPlan, stopPlan } from './power.ts'
import type { JobPlan, StoredJob } from './types.ts'
import { upgradePlan } from './upgrade.ts'

/** What a job does. */
export function planOf(deps: LocalClusterDeps, { kind, force }: Pick<StoredJob, 'kind' | 'force'>): JobPlan {
  switch (kind) {
    case 'create':
      return createPlan(deps)
    case 'delete':
      return deletePlan(deps, { force })
    case 'start':
      return startPlan(deps)
    case 'stop':
      return stopPlan(deps)
    case 'upgrade':
      return upgradePlan(deps)
    default:
      return assertNever(kind)
  }
}
