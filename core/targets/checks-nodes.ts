import { failed, type Finding, passed, tolerates, warning } from '#core/cluster-facts/index.ts'
import { z } from 'zod'
import { isProblem } from '#core/base/problem.ts'
import type { ClusterProfile, Toleration } from '#core/contract/cluster-targets.ts'
import { clusterOf, orProblem, type Check, type CheckContext } from './check-context.ts'

/** That there are nodes that pods of runs can be placed on. */
export const NODE_CHECK: Check = {
  id: 'nodes',
  title: 'Nodes',
  needs: ['user'],
  fix: 'correct the platform, the node selector or the tolerations of the target',
  run: checkNodes,
}

const PAGE = 500
const NodeList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }),
      spec: z
        .object({
          unschedulable: z.boolean().default(false),
          taints: z.array(z.object({ key: z.string(), value: z.string().default(''), effect: z.string() })).default([]),
        })
        .prefault({}),
      status: z.object({
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
        nodeInfo: z.object({ architecture: z.string(), operatingSystem: z.string() }),
      }),
    }),
  ),
})
type Node = z.infer<typeof NodeList>['items'][number]

async function checkNodes(context: CheckContext): Promise<Finding> {
  const { profile, signal } = context
  const path = `/api/v1/nodes?limit=${PAGE}`
  const answer = await orProblem(() => clusterOf(context).call('GET', path, undefined, { signal }))
  if (isProblem(answer)) {
    if (answer.code !== 'cluster_forbidden') throw answer
    return warning('you may not list nodes', 'nothing, where the pod below runs')
  }
  return judgeNodes(NodeList.parse(answer).items, profile)
}

/** What the nodes of a cluster are for a profile. */
function judgeNodes(nodes: readonly Node[], profile: ClusterProfile): Finding {
  const { platform, nodeSelector, tolerations } = profile
  const selector = Object.entries(nodeSelector)
  const selected = nodes.filter(({ metadata }) => selector.every(([key, value]) => metadata.labels[key] === value))
  if (selected.length === 0) {
    const what = selector.map(([key, value]) => `${key}=${value}`).join(',')
    // One that grows with its load makes such nodes when a pod waits for one.
    return warning(
      `no node has the labels ${what}`,
      'correct the node selector of the target, unless nodes come by themselves',
    )
  }
  const fitting = selected.filter((node) => platformOf(node) === platform)
  if (fitting.length === 0) {
    const others = [...new Set(selected.map(platformOf))].toSorted().join(', ')
    return failed(
      `no node is ${platform}: they are ${others}`,
      'correct the platform of the target: minisub target edit NAME --platform',
    )
  }
  const usable = fitting.filter((node) => isReady(node) && isTolerated(node, tolerations))
  if (usable.length > 0) return passed(`${usable.length} of ${nodes.length} can run steps (${platform})`)
  const fix = 'wait for the nodes, or write tolerations into the target: minisub target edit NAME --toleration'
  return failed(`of ${nodes.length} none that is ${platform} is ready and without a taint that keeps pods away`, fix)
}

function platformOf({ status: { nodeInfo } }: Node): string {
  return `${nodeInfo.operatingSystem}/${nodeInfo.architecture}`
}

function isReady({ spec, status }: Node): boolean {
  return !spec.unschedulable && status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True')
}

function isTolerated({ spec }: Node, tolerations: readonly Toleration[]): boolean {
  const away = spec.taints.filter(({ effect }) => effect !== 'PreferNoSchedule')
  return away.every((taint) => tolerations.some((it) => tolerates(it, taint)))
}
