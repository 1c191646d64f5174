/** A step as far as its place in the graph goes. */
export type LayoutStep = { readonly name: string; readonly needs: readonly string[] }

/** Which way the steps follow one another. */
export type Flow = 'right' | 'down'

/** Size of every node, in px at zoom 1. */
export const NODE = { width: 220, height: 60 } as const
/** Free room between nodes beside each other, and between a step and those that wait for it. */
export const GAP = { beside: 24, along: 64 } as const
/** The window that a graph is made to fit, in px: the flow is chosen by it. */
const WINDOW = { width: 1_200, height: 640 }

/** The layer of each step: 0 where it waits for nothing, else one more than the latest that it waits for. */
export function layersOf(steps: readonly LayoutStep[]): Map<string, number> {
  const needs = new Map(steps.map((step) => [step.name, step.needs]))
  const layers = new Map<string, number>()
  // Without recursion: a chain may have thousands of steps.
  for (const { name } of steps) {
    const path = [name]
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const known = (needs.get(top) ?? []).filter((need) => needs.has(need))
      const open = known.find((need) => !layers.has(need) && !path.includes(need))
      if (open !== undefined) {
        path.push(open)
        continue
      }
      layers.set(top, Math.max(-1, ...known.map((need) => layers.get(need) ?? -1)) + 1)
      path.pop()
    }
  }
  return layers
}

/** The flow in which the graph is seen larger in a usual window. */
export function flowOf(steps: readonly LayoutStep[]): Flow {
  const sizes = new Map<number, number>()
  for (const layer of layersOf(steps).values()) sizes.set(layer, (sizes.get(layer) ?? 0) + 1)
  const depth = sizes.size
  const breadth = Math.max(1, ...sizes.values())
  const scale = (width: number, height: number) => Math.min(WINDOW.width / width, WINDOW.height / height)
  const right = scale(depth * (NODE.width + GAP.along), breadth * (NODE.height + GAP.beside))
  const down = scale(breadth * (NODE.width + GAP.beside), depth * (NODE.height + GAP.along))
  // A graph that fits either way reads like a text.
  return Math.min(right, 1) >= Math.min(down, 1) ? 'right' : 'down'
}
