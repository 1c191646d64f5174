import type { Comparisons } from '#core/compare/index.ts'
import type { Handlers } from './handler.ts'

/** Handlers that compare tracked runs. */
export function compareHandlers({
  comparisons,
}: {
  readonly comparisons: Comparisons
}): Pick<Handlers, 'compareTrackedRuns' | 'compareCode'> {
  return {
    compareTrackedRuns: ({ runs }) => comparisons.runs(runs),
    compareCode: (of) => comparisons.code(of),
  }
}
