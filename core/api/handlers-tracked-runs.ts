import type { trackedRunRoutes } from '#core/contract/routes-tracked-runs.ts'
import type { TrackingService } from '#core/tracking/index.ts'
import { sendArtifact } from './artifact.ts'
import type { Handlers } from './handler.ts'

type Name = Exclude<keyof typeof trackedRunRoutes, 'compareTrackedRuns' | 'compareCode'>

/** Handlers of tracked runs, but for what compares them. */
export function trackedRunHandlers({ tracking }: { readonly tracking: TrackingService }): Pick<Handlers, Name> {
  return {
    searchTrackedRuns: (search) => tracking.searchRuns(search),
    showTrackedRun: ({ run }) => tracking.run(run),
    updateTrackedRun: ({ run, ...change }) => tracking.updateRun(run, change),
    deleteTrackedRuns: ({ runs }) => tracking.deleteRuns(runs),
    restoreTrackedRuns: ({ runs }) => tracking.restoreRuns(runs),
    readCharts: (request) => tracking.charts(request),
    listTrackedFiles: ({ run, path }) => tracking.files(run, path),
    readTrackedFile: ({ run, path }, context) =>
      sendArtifact({ file: { path, ...tracking.file(run, path) }, output: 'file', service: tracking }, context),
  }
}
