import { Problem } from '#core/base/problem.ts'
import type { PipelineService } from '#core/pipelines/index.ts'

const refused = () => Promise.reject(new Problem('not_found', 'there is no such step here: name one'))

/** A service that has no step to be pulled. */
export const noPulledSteps: Pick<
  PipelineService,
  'pullStep' | 'rerunStep' | 'rerunReport' | 'pulledChanges' | 'applyPulled'
> = {
  pullStep: refused,
  rerunStep: refused,
  rerunReport: refused,
  pulledChanges: refused,
  applyPulled: refused,
}
