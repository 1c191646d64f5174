import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js'
import { flowOf, GAP, layersOf, NODE, type Flow, type LayoutStep } from './layers.ts'

type Point = { readonly x: number; readonly y: number }
export type Edge = { readonly from: string; readonly to: string; readonly points: readonly Point[] }

/** Where the steps lie (their top left corners) and how the edges go, in px at zoom 1. */
export type Layout = {
  readonly flow: Flow
  readonly places: ReadonlyMap<string, Point>
  readonly edges: readonly Edge[]
}

/** Up to here the finer options of elk take less than a second. */
const FINE = { steps: 120, edges: 240 }
/** Beyond this elk would take longer than anybody waits. */
const COARSE = { steps: 3_000, edges: 6_000 }

/** What is asked of elk. Needs that are no steps of the graph are left out. */
export function elkGraph(steps: readonly LayoutStep[]): ElkNode {
  const edges = edgesOf(steps)
  const isFine = steps.length <= FINE.steps && edges.length <= FINE.edges
  return {
    id: 'run',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': flowOf(steps) === 'right' ? 'RIGHT' : 'DOWN',
      'elk.spacing.nodeNode': String(GAP.beside),
      'elk.layered.spacing.nodeNodeBetweenLayers': String(GAP.along),
      'elk.edgeRouting': isFine ? 'ORTHOGONAL' : 'POLYLINE',
      'elk.layered.thoroughness': isFine ? '7' : '1',
      'elk.layered.nodePlacement.strategy': isFine ? 'NETWORK_SIMPLEX' : 'SIMPLE',
      'elk.layered.considerModelOrder.strategy': isFine ? 'NODES_AND_EDGES' : 'NONE',
    },
    children: steps.map(({ name }) => ({ id: name, ...NODE })),
    edges: edges.map(({ from, to }, index) => ({ id: String(index), sources: [from], targets: [to] })),
  }
}

/** What elk found, in our words. */
export function layoutOfElk(steps: readonly LayoutStep[], result: ElkNode): Layout {
  const places = new Map((result.children ?? []).map(({ id, x = 0, y = 0 }) => [id, { x, y }]))
  const edges = (result.edges ?? []).flatMap((edge): Edge[] => {
    const [from, to] = [edge.sources[0], edge.targets[0]]
    return from === undefined || to === undefined ? [] : [{ from, to, points: pointsOf(edge) }]
  })
  return { flow: flowOf(steps), places, edges }
}

function pointsOf(edge: ElkExtendedEdge): Point[] {
  return (edge.sections ?? []).flatMap(({ startPoint, bendPoints, endPoint }) => [
    startPoint,
    ...(bendPoints ?? []),
    endPoint,
  ])
}

/** Whether the graph is so large that it is laid out plainly. */
export function isTooLarge(steps: readonly LayoutStep[]): boolean {
  return steps.length > COARSE.steps || edgesOf(steps).length > COARSE.edges
}

/** Layers in a row, each step near those that it waits for, straight edges: what takes no time for any number of steps. */
export function plainLayout(steps: readonly LayoutStep[]): Layout {
  const flow = flowOf(steps)
  const layers = Map.groupBy(layersOf(steps), ([, layer]) => layer)
  const needs = new Map(steps.map((step) => [step.name, step.needs]))
  const ranks = new Map<string, number>()
  const places = new Map<string, Point>()
  for (const layer of [...layers.keys()].toSorted((a, b) => a - b)) {
    const names = (layers.get(layer) ?? []).map(([name]) => name)
    const wish = new Map(names.map((name, index) => [name, meanRank(needs.get(name) ?? [], ranks) ?? index]))
    names.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0))
    for (const [index, name] of names.entries()) {
      ranks.set(name, index - (names.length - 1) / 2)
      places.set(name, placeAt(flow, layer, index - (names.length - 1) / 2))
    }
  }
  const edges = edgesOf(steps).map(({ from, to }) => ({ from, to, points: straight(flow, places, { from, to }) }))
  return { flow, places, edges }
}

function meanRank(needs: readonly string[], ranks: ReadonlyMap<string, number>): number | undefined {
  const known = needs.flatMap((need) => ranks.get(need) ?? [])
  return known.length === 0 ? undefined : known.reduce((sum, rank) => sum + rank, 0) / known.length
}

function placeAt(flow: Flow, layer: number, rank: number): Point {
  if (flow === 'right') return { x: layer * (NODE.width + GAP.along), y: rank * (NODE.height + GAP.beside) }
  return { x: rank * (NODE.width + GAP.beside), y: layer * (NODE.height + GAP.along) }
}

function straight(flow: Flow, places: ReadonlyMap<string, Point>, edge: { from: string; to: string }): Point[] {
  const [from, to] = [places.get(edge.from), places.get(edge.to)]
  if (from === undefined || to === undefined) return []
  const { width, height } = NODE
  return flow === 'right'
    ? [
        { x: from.x + width, y: from.y + height / 2 },
        { x: to.x, y: to.y + height / 2 },
      ]
    : [
        { x: from.x + width / 2, y: from.y + height },
        { x: to.x + width / 2, y: to.y },
      ]
}

function edgesOf(steps: readonly LayoutStep[]): { from: string; to: string }[] {
  const names = new Set(steps.map((step) => step.name))
  return steps.flatMap(({ name, needs }) =>
    needs.filter((need) => names.has(need)).map((need) => ({ from: need, to: name })),
  )
}
