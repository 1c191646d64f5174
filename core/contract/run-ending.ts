import { isFinalRun } from './events.ts'
import type { RunProgress } from './run-progress.ts'

/** How a run that is not over comes to its end, if one was asked for: what runs is stopped, or waited for. */
export function endingOf({
  status,
  cancelling,
  draining,
}: Pick<RunProgress, 'status' | 'cancelling' | 'draining'>): 'cancelling' | 'draining' | null {
  if (!cancelling || isFinalRun(status)) return null
  return draining ? 'draining' : 'cancelling'
}
