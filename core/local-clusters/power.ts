import { Problem } from '#core/base/problem.ts'
import type { LocalClusterDeps } from './deps.ts'
import { verifyStep, waitStep } from './install-steps.ts'
import { engineNames } from './names.ts'
import { nodesOf } from './nodes.ts'
import { targetStep } from './prove-steps.ts'
import type { JobPlan } from './types.ts'

/** A node asks its pods to end first. */
const GRACE_SECONDS = 20

/** How a cluster is stopped; what it holds stays in the volumes of its nodes. */
export function stopPlan({ engine }: LocalClusterDeps): JobPlan {
  return {
    steps: [
      {
        id: 'stop',
        title: 'Stop nodes and registry',
        usual: 10,
        run: async ({ cluster, log, signal }) => {
          const { name } = cluster()
          const containers = [...(await nodesOf(engine, name)).map((node) => node.name), engineNames(name).registry]
          for (const container of containers.toReversed()) {
            signal.throwIfAborted()
            await engine.stopContainer(container, GRACE_SECONDS)
            log(`stopped ${container}`)
          }
        },
      },
    ],
  }
}

/** How a stopped cluster is started: it is done when it can be used again. */
export function startPlan(deps: LocalClusterDeps): JobPlan {
  const { engine } = deps
  return {
    steps: [
      {
        id: 'start',
        title: 'Start registry and nodes',
        usual: 3,
        run: async ({ cluster, log, signal }) => {
          const { name } = cluster()
          const nodes = await nodesOf(engine, name)
          if (nodes.length === 0) {
            throw new Problem('not_found', `the nodes of the cluster ${name} are gone: delete it, then create it again`)
          }
          for (const container of [engineNames(name).registry, ...nodes.map((node) => node.name)]) {
            signal.throwIfAborted()
            await engine.startContainer(container)
            log(`started ${container}`)
          }
        },
      },
      waitStep(deps),
      verifyStep(deps),
      // Somebody may have deleted it meanwhile.
      targetStep(deps),
    ],
  }
}
