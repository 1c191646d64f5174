import type { Edge } from './plan.ts'

export type Graph = ReadonlyMap<string, readonly Edge[]>

/** Steps so that each comes after all that it has an edge from; steps that are equal keep their order. */
export function topologicalOrder(graph: Graph): string[] {
  const missing = new Map([...graph].map(([name, edges]) => [name, new Set(edges.map((edge) => edge.step)).size]))
  const readers = readersOf(graph)
  const order = [...graph.keys()].filter((name) => missing.get(name) === 0)
  for (let i = 0; i < order.length; i += 1) {
    for (const reader of readers.get(order[i] ?? '') ?? []) {
      const left = (missing.get(reader) ?? 0) - 1
      missing.set(reader, left)
      if (left === 0) order.push(reader)
    }
  }
  return order
}

/** For each step, those that have an edge from it, once each. */
export function readersOf(graph: Graph): Map<string, string[]> {
  const readers = new Map<string, string[]>([...graph.keys()].map((name) => [name, []]))
  for (const [name, edges] of graph) {
    for (const step of new Set(edges.map((edge) => edge.step))) readers.get(step)?.push(name)
  }
  return readers
}

/** The names along one cycle (first and last are the same), or undefined where there is none. */
export function findCycle(graph: Graph): string[] | undefined {
  const ordered = new Set(topologicalOrder(graph))
  const start = [...graph.keys()].find((name) => !ordered.has(name))
  if (start === undefined) return undefined
  // Every step that is left has an upstream that is left, so walking up must come back to where it was.
  const path: string[] = []
  let current = start
  while (!path.includes(current)) {
    path.push(current)
    current = (graph.get(current) ?? []).find((edge) => !ordered.has(edge.step))?.step ?? current
  }
  return [current, ...path.slice(path.indexOf(current)).toReversed()]
}
