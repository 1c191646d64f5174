import type { TrackedRunRow } from '#core/contract/tracking.ts'
import { rampOf } from '../colours.ts'
import { isWithin, positionOn, shareOf, type Axis, type Within } from './axes.ts'
import type { Area } from './use-canvas.ts'

/** Of the whole, in px. */
export const HEIGHT = 440
/** Room around the axes, in px. */
export const EDGE = { left: 60, right: 60, top: 36, bottom: 22 }

export type ParallelInput = {
  readonly rows: readonly TrackedRunRow[]
  readonly axes: readonly Axis[]
  readonly hueAxis: Axis | undefined
  readonly within: Within
  readonly scheme: 'light' | 'dark'
}

/** Where an axis is, in px. */
export function axisX(at: number, count: number, width: number): number {
  return EDGE.left + (at * (width - EDGE.left - EDGE.right)) / Math.max(1, count - 1)
}

/** Where a share of an axis is, in px. */
export function shareY(share: number, height: number): number {
  return height - EDGE.bottom - share * (height - EDGE.top - EDGE.bottom)
}

/** The line of a run: a height for each axis, undefined where it has nothing. */
function lineOf(row: TrackedRunRow, axes: readonly Axis[], height: number): (number | undefined)[] {
  return axes.map((axis) => {
    const position = positionOn(axis, row)
    return position === undefined ? undefined : shareY(shareOf(axis, position), height)
  })
}

/** Draws the lines: first what is not picked, pale; then the others. */
export function drawLines(context: CanvasRenderingContext2D, { width, height }: Area, input: ParallelInput): void {
  const { rows, axes, within } = input
  const isPicking = Object.keys(within).length > 0
  const alpha = rows.length > 400 ? 0.35 : 0.65
  context.lineWidth = 1.1
  const stroke = (row: TrackedRunRow, style: string) => {
    context.strokeStyle = style
    context.stroke(pathOf(lineOf(row, axes, height), axes.length, width))
  }
  const picked = rows.filter((row) => isWithin(row, axes, within))
  if (isPicking) {
    const chosen = new Set(picked)
    for (const row of rows) if (!chosen.has(row)) stroke(row, 'rgb(128 128 128 / 0.12)')
  }
  for (const row of picked) stroke(row, colourOf(row, input, isPicking ? 0.85 : alpha))
}

/** Draws the line of one run so that it stands out; it has a canvas of its own, so that the others stay. */
export function drawPointed(
  context: CanvasRenderingContext2D,
  { width, height }: Area,
  { row, input }: { readonly row: TrackedRunRow; readonly input: ParallelInput },
): void {
  context.strokeStyle = colourOf(row, input, 1)
  context.lineWidth = 3.5
  context.stroke(pathOf(lineOf(row, input.axes, height), input.axes.length, width))
}

function colourOf(row: TrackedRunRow, { hueAxis, scheme }: ParallelInput, alpha: number): string {
  const at = hueAxis && positionOn(hueAxis, row)
  if (hueAxis === undefined || at === undefined) return `rgb(128 128 128 / ${alpha})`
  return rampOf(shareOf(hueAxis, at), scheme, alpha)
}

function pathOf(line: readonly (number | undefined)[], count: number, width: number): Path2D {
  const path = new Path2D()
  let isOn = false
  for (const [at, y] of line.entries()) {
    if (y !== undefined) {
      const x = axisX(at, count, width)
      if (isOn) path.lineTo(x, y)
      else path.moveTo(x, y)
    }
    isOn = y !== undefined
  }
  return path
}

/** The run whose line is nearest to a point, where it is near. */
export function runAt(
  { rows, axes, within }: ParallelInput,
  { width, height }: Area,
  [x, y]: readonly [number, number],
): TrackedRunRow | undefined {
  const gap = (width - EDGE.left - EDGE.right) / Math.max(1, axes.length - 1)
  const left = Math.min(axes.length - 2, Math.max(0, Math.floor((x - EDGE.left) / gap)))
  const share = Math.min(1, Math.max(0, (x - axisX(left, axes.length, width)) / gap))
  let [best, distance] = [undefined as TrackedRunRow | undefined, 9]
  const pair = axes.slice(left, left + 2)
  for (const row of rows) {
    const [from, to] = lineOf(row, pair, height)
    if (from === undefined || to === undefined) continue
    const away = Math.abs(from + (to - from) * share - y)
    if (away >= distance || !isWithin(row, axes, within)) continue
    ;[best, distance] = [row, away]
  }
  return best
}
