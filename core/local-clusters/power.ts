import { Problem } from '#core/base/problem.ts'
import { ensureRegistry } from './cluster-registry.ts'
import type { LocalClusterDeps } from './deps.ts'
import { REGISTRY_IMAGE } from './install/index.ts'
import { verifyStep, waitStep } from './install-steps.ts'
import { CLUSTER_LABEL } from './names.ts'
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
          const [nodes, registry] = [await nodesOf(engine, name), await engine.containers([`${CLUSTER_LABEL}=${name}`])]
          for (const { name: container } of [...registry, ...nodes.toReversed()]) {
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
          // Somebody may have removed the container; its volume has the images.
          await ensureRegistry(engine, cluster(), REGISTRY_IMAGE)
          for (const node of nodes) {
            signal.throwIfAborted()
            await engine.startContainer(node.name)
            log(`started ${node.name}`)
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
