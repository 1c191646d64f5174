import { readPrices } from '#core/prices/index.ts'
import { openPlanner, type Planner } from '#core/promotion/index.ts'
import type { ScheduleService } from '#core/schedules/index.ts'
import { lookAtPrices } from '#core/usage/index.ts'
import type { Engine } from './engine.ts'

/** What tells pushes before they are made, over the clusters of an engine. `schedules`: all that there are. */
export function openPlans(
  home: string,
  { service, clusters, clusterTargets }: Engine,
  schedules: ScheduleService['list'],
): Planner {
  return openPlanner({
    pipelines: service,
    prices: () => lookAtPrices(() => readPrices(home)),
    target: (name) => {
      const { profile } = clusterTargets.show(name)
      const { pushes } = clusters.target(profile)
      return {
        profile,
        cluster: clusters.connections.to(profile).cluster,
        lastPush: (pipeline, signal) => pushes.current(pipeline, signal),
        hasSchedules: (pipeline) => schedules().some((it) => it.target === name && it.pipeline === pipeline),
      }
    },
  })
}
