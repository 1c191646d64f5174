import type { ResourceQuota } from '#core/cluster-facts/index.ts'
import { amountsOf } from './amounts.ts'
import type { PodSpec } from './pod-spec.ts'

type Selector = { readonly scopeName: string; readonly operator: string; readonly values: readonly string[] }

/** Whether a quota counts a pod, by its scopes: all of them must hold. The pod has its defaults already. */
export function countsPod({ spec }: Pick<ResourceQuota, 'spec'>, pod: PodSpec): boolean {
  const plain = spec.scopes.map((scopeName): Selector => ({ scopeName, operator: 'Exists', values: [] }))
  return [...plain, ...(spec.scopeSelector?.matchExpressions ?? [])].every((it) => holds(it, pod))
}

function holds({ scopeName, operator, values }: Selector, pod: PodSpec): boolean {
  switch (scopeName) {
    case 'Terminating':
      return pod.activeDeadlineSeconds !== undefined
    case 'NotTerminating':
      return pod.activeDeadlineSeconds === undefined
    case 'BestEffort':
      return isBestEffort(pod)
    case 'NotBestEffort':
      return !isBestEffort(pod)
    case 'PriorityClass':
      return holdsOf(pod.priorityClassName ?? '', operator, values)
    default:
      // Pods with an affinity to other namespaces, or kinds of other objects: those of steps are none.
      return false
  }
}

function holdsOf(name: string, operator: string, values: readonly string[]): boolean {
  switch (operator) {
    case 'In':
      return values.includes(name)
    case 'NotIn':
      return !values.includes(name)
    case 'DoesNotExist':
      return name === ''
    default:
      return name !== ''
  }
}

/** No container says anything of processors and memory. */
function isBestEffort({ containers, initContainers }: PodSpec): boolean {
  return [...containers, ...initContainers].every(({ resources }) =>
    [resources.requests, resources.limits].every((it) => {
      const { cpu = 0, memory = 0 } = amountsOf(it)
      return cpu === 0 && memory === 0
    }),
  )
}
