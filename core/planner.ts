import { readPrices } from '#core/prices/index.ts'
import { openPlanner, type Planner } from '#core/promotion/index.ts'
import { lookAtPrices } from '#core/usage/index.ts'
import type { Engine } from './engine.ts'

/** What tells pushes before they are made, over the clusters of an engine. */
export function openPlans(home: string, { service, clusters, clusterTargets }: Engine): Planner {
  return openPlanner({
    pipelines: service,
    prices: () => lookAtPrices(() => readPrices(home)),
    target: (name) => {
      const { profile } = clusterTargets.show(name)
      const { pushes } = clusters.target(profile)
      return {
        profile,
        cluster: clusters.connections.to(profile).cluster,
        lastPush: async (pipeline, signal) => {
          const { versions, faults } = await pushes.list(signal)
          const fault = faults.find((it) => it.pipeline === pipeline)
          if (fault !== undefined) throw fault.problem
          const version = versions.find((it) => it.pipeline === pipeline && it.isCurrent)
          return version === undefined ? null : { version, record: await pushes.record(version) }
        },
      }
    },
  })
}
