import type { trackingRoutes } from '#core/contract/routes-tracking.ts'
import type { TrackingService } from '#core/tracking/index.ts'
import type { Handlers } from './handler.ts'

/** Handlers of experiments, and of what holds for all that is tracked. */
export function trackingHandlers({
  tracking,
}: {
  readonly tracking: TrackingService
}): Pick<Handlers, keyof typeof trackingRoutes> {
  const { views } = tracking
  return {
    listExperiments: (query) => tracking.listExperiments(query),
    createExperiment: (draft) => tracking.createExperiment(draft),
    showExperiment: ({ experiment }) => tracking.experiment(experiment),
    updateExperiment: ({ experiment, ...change }) => tracking.updateExperiment(experiment, change),
    deleteExperiment: ({ experiment }) => tracking.deleteExperiment(experiment),
    restoreExperiment: ({ experiment }) => tracking.restoreExperiment(experiment),
    listTrackedColumns: ({ experiments }) => tracking.columns(experiments.split(',')),
    showFilterHelp: () => tracking.filterHelp(),
    listTrackingViews: () => ({ views: views.list() }),
    saveTrackingView: (view) => views.save(view),
    deleteTrackingView: ({ name }) => views.remove(name),
    showTrackingDisk: () => tracking.disk(),
    purgeTracking: (wish, { onLine, signal }) => tracking.purge(wish, { onLine, signal }),
  }
}
