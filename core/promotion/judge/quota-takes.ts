import { amountsOf, podAmounts, type Amounts } from './amounts.ts'
import type { PodSpec } from './pod-spec.ts'

/** Every container must say these where a quota counts them. */
const SAID = /^(?:(requests|limits)\.)?(cpu|memory)$/

/** What one pod takes of each resource that a quota can count. */
export function takesOf(pod: PodSpec): Amounts {
  const requests = podAmounts(pod, 'requests')
  const limits = podAmounts(pod, 'limits')
  return {
    ...Object.fromEntries(Object.entries(requests).filter(([resource]) => !resource.includes('/'))),
    ...Object.fromEntries(Object.entries(requests).map(([resource, amount]) => [`requests.${resource}`, amount])),
    ...Object.fromEntries(Object.entries(limits).map(([resource, amount]) => [`limits.${resource}`, amount])),
    pods: 1,
    'count/pods': 1,
  }
}

/** Containers that do not say what a quota counts, which it refuses, as `limits.cpu of wait`. */
export function unsaidOf({ containers, initContainers }: PodSpec, counted: readonly string[]): string[] {
  return counted.flatMap((resource) => {
    const [, kind = 'requests', name = ''] = SAID.exec(resource) ?? []
    if (name === '') return []
    const missing = [...initContainers, ...containers].filter(({ resources }) => {
      const { [name]: said } = amountsOf(kind === 'limits' ? resources.limits : resources.requests)
      return said === undefined
    })
    return missing.length === 0 ? [] : [`${resource} of ${missing.map((it) => it.name).join(', ')}`]
  })
}
