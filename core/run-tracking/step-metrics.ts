import { isProblem } from '#core/base/problem.ts'
import type { TrackedRunView } from '#core/contract/tracking.ts'
import { openTrackedRun, type Tracking } from '#core/tracking/index.ts'
import { trackedStepId, type StepRunName } from './tracked-id.ts'

/** What the projection notes of each attempt: `usedBy`. */
const USAGE = 'minisub/'

/**
 * Prepares the read of what a step run has logged, all attempts together, without its use of resources; undefined where it
 * is not tracked (any more).
 */
export function openStepMetrics({
  db,
}: Pick<Tracking, 'db'>): (of: StepRunName) => TrackedRunView['metrics'] | undefined {
  const read = openTrackedRun(db)
  return (of) => {
    try {
      return read(trackedStepId(of)).metrics.filter(({ key }) => !key.startsWith(USAGE))
    } catch (error) {
      if (isProblem(error) && error.code === 'not_found') return undefined
      throw error
    }
  }
}
