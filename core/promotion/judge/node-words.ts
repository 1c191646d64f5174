import { amountText } from '#core/base/quota.ts'
import type { Obstacle } from './node-fit.ts'

/** Why none of some nodes takes a pod, by cause, as `of 3 nodes 2 have too little memory (4.0Gi asked, 1.5Gi free)`. */
export function whyNone(obstacles: readonly (readonly Obstacle[])[]): string {
  const groups = new Map<string, Obstacle[]>()
  for (const obstacle of obstacles.flat()) {
    const cause = causeOf(obstacle)
    groups.set(cause, [...(groups.get(cause) ?? []), obstacle])
  }
  const parts = [...groups.values()].toSorted((a, b) => b.length - a.length).map(groupText)
  return `of ${obstacles.length} ${obstacles.length === 1 ? 'node' : 'nodes'} ${parts.join(', ')}`
}

function causeOf(obstacle: Obstacle): string {
  return obstacle.kind === 'state' ? obstacle.one : `${obstacle.resource} ${String(obstacle.isPassing)}`
}

function groupText(group: readonly Obstacle[]): string {
  const [first] = group
  if (first === undefined) return ''
  const { length } = group
  if (first.kind === 'state') return `${length} ${length === 1 ? first.one : first.many}`
  const verb = length === 1 ? 'has' : 'have'
  const { resource, asked, isPassing } = first
  const most = Math.max(...group.map((it) => (it.kind === 'room' ? it.has : 0)))
  if (most === 0 && !isPassing) return `${length} ${verb} no ${resource}`
  if (resource === 'pods') return `${length} ${verb} no room for one more pod`
  const [wanted, has] = [amountText(resource, asked), amountText(resource, most)]
  return `${length} ${verb} too little ${resource} (${wanted} asked, ${has} ${isPassing ? 'free' : 'in all'})`
}
