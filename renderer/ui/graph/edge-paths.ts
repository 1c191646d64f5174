import type { Flow } from './layers.ts'
import type { Edge } from './layout.ts'

/** How many edges one path of the drawing holds: few elements, and yet little is drawn again when a node changes. */
const CHUNK = 60
const RADIUS = 8
const ARROW = 7

export type EdgePath = { readonly lines: string; readonly arrows: string }

/** The edges as few SVG paths: lines with round corners, and their arrow heads. */
export function edgePaths(flow: Flow, edges: readonly Edge[]): EdgePath[] {
  const paths: EdgePath[] = []
  for (let start = 0; start < edges.length; start += CHUNK) {
    const chunk = edges.slice(start, start + CHUNK)
    paths.push({
      lines: chunk.map((edge) => lineOf(edge)).join(''),
      arrows: chunk.map((edge) => arrowOf(flow, edge)).join(''),
    })
  }
  return paths
}

function lineOf({ points }: Edge): string {
  const [first, ...rest] = points
  if (first === undefined) return ''
  let path = `M${at(first)}`
  for (const [index, point] of rest.entries()) {
    const before = points[index] ?? first
    const after = rest[index + 1]
    if (after === undefined) path += `L${at(point)}`
    else path += `L${at(towards(point, before))}Q${at(point)} ${at(towards(point, after))}`
  }
  return path
}

type Point = { readonly x: number; readonly y: number }

/** A point on the way to another, no farther than the radius of a corner. */
function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  const part = length === 0 ? 0 : Math.min(RADIUS, length / 2) / length
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }
}

function arrowOf(flow: Flow, { points }: Edge): string {
  const tip = points.at(-1)
  if (tip === undefined) return ''
  const half = ARROW / 2
  const [a, b] =
    flow === 'right'
      ? [
          { x: tip.x - ARROW, y: tip.y - half },
          { x: tip.x - ARROW, y: tip.y + half },
        ]
      : [
          { x: tip.x - half, y: tip.y - ARROW },
          { x: tip.x + half, y: tip.y - ARROW },
        ]
  return `M${at(tip)}L${at(a)}L${at(b)}Z`
}

function at({ x, y }: Point): string {
  return `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`
}
