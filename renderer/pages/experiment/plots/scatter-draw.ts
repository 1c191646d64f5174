import type { TrackedRunRow } from '#core/contract/tracking.ts'
import { rampOf } from '../colours.ts'
import { numberText } from '../values.ts'
import { logTicksOf, positionOn, shareOf, ticksOf, type Axis } from './axes.ts'
import type { Area } from './use-canvas.ts'

const EDGE = { left: 84, right: 20, top: 16, bottom: 36 }
const RADIUS = 4.5

export type Dot = {
  readonly row: TrackedRunRow
  readonly x: number
  readonly y: number
  readonly share: number | undefined
}
export type ScatterInput = {
  readonly rows: readonly TrackedRunRow[]
  readonly x: Axis
  readonly y: Axis
  readonly hue: Axis | undefined
  readonly isLogX: boolean
  readonly isLogY: boolean
}
export type Ink = {
  readonly text: string
  readonly line: string
  readonly font: string
  readonly scheme: 'light' | 'dark'
}

/** Positions along an axis as shares of it; undefined for what a logarithmic one cannot show. */
function along(axis: Axis, rows: readonly TrackedRunRow[], isLog: boolean) {
  const isLogarithmic = isLog && axis.texts === undefined
  const positions = rows.flatMap((row) => positionOn(axis, row) ?? []).filter((at) => !isLogarithmic || at > 0)
  let [min, max] = [Infinity, -Infinity]
  for (const at of positions) [min, max] = [Math.min(min, at), Math.max(max, at)]
  const scaled = (at: number) => (isLogarithmic ? Math.log10(at) : at)
  const ends = { min: scaled(min), max: scaled(max), isLog: false }
  return {
    shareOf: (at: number) => (isLogarithmic && at <= 0 ? undefined : shareOf(ends, scaled(at))),
    ticks: (most: number) =>
      axis.texts === undefined
        ? (isLogarithmic ? logTicksOf : ticksOf)(min, max, most).map((at) => ({ at, word: numberText(at) }))
        : axis.texts.map((word, at) => ({ at, word: word.slice(0, 12) })),
  }
}

/** Where the runs are in an area, and the words along its edges. */
export function scatterOf({ rows, x, y, hue, isLogX, isLogY }: ScatterInput, { width, height }: Area) {
  const [across, up] = [along(x, rows, isLogX), along(y, rows, isLogY)]
  const toX = (share: number) => EDGE.left + share * (width - EDGE.left - EDGE.right)
  const toY = (share: number) => height - EDGE.bottom - share * (height - EDGE.top - EDGE.bottom)
  const dots = rows.flatMap((row): Dot[] => {
    const [a, b, c] = [positionOn(x, row), positionOn(y, row), hue && positionOn(hue, row)]
    const [left, top] = [a === undefined ? a : across.shareOf(a), b === undefined ? b : up.shareOf(b)]
    if (left === undefined || top === undefined) return []
    return [
      { row, x: toX(left), y: toY(top), share: hue === undefined || c === undefined ? undefined : shareOf(hue, c) },
    ]
  })
  return {
    dots,
    ticksX: across.ticks(8).map(({ at, word }) => ({ at: toX(across.shareOf(at) ?? 0), word })),
    ticksY: up.ticks(7).map(({ at, word }) => ({ at: toY(up.shareOf(at) ?? 0), word })),
  }
}

type Scatter = ReturnType<typeof scatterOf>

/** Draws the dots over a grid. */
export function drawScatter(
  context: CanvasRenderingContext2D,
  { width, height }: Area,
  of: { readonly scatter: Scatter; readonly ink: Ink; readonly marked: ReadonlySet<string> },
): void {
  const { scatter, ink, marked } = of
  context.font = ink.font
  context.fillStyle = ink.text
  context.strokeStyle = ink.line
  context.lineWidth = 1
  context.textAlign = 'center'
  for (const { at, word } of scatter.ticksX) {
    stroke(context, [at, EDGE.top], [at, height - EDGE.bottom])
    context.fillText(word, at, height - EDGE.bottom + 18)
  }
  context.textAlign = 'right'
  for (const { at, word } of scatter.ticksY) {
    stroke(context, [EDGE.left, at], [width - EDGE.right, at])
    context.fillText(word, EDGE.left - 8, at + 4)
  }
  const alpha = scatter.dots.length > 1_000 ? 0.5 : 0.8
  for (const { row, x, y, share } of scatter.dots) {
    context.beginPath()
    context.arc(x, y, RADIUS, 0, 2 * Math.PI)
    context.fillStyle = share === undefined ? `rgb(128 128 128 / ${alpha})` : rampOf(share, ink.scheme, alpha)
    context.fill()
    if (!marked.has(row.id)) continue
    context.strokeStyle = ink.text
    context.lineWidth = 2
    context.stroke()
  }
}

function stroke(
  context: CanvasRenderingContext2D,
  from: readonly [number, number],
  to: readonly [number, number],
): void {
  context.beginPath()
  context.moveTo(...from)
  context.lineTo(...to)
  context.stroke()
}

/** The dot nearest to a point, where it is near. */
export function dotAt(dots: readonly Dot[], [x, y]: readonly [number, number]): Dot | undefined {
  let [best, distance] = [undefined as Dot | undefined, 12]
  for (const dot of dots) {
    const away = Math.hypot(dot.x - x, dot.y - y)
    if (away < distance) [best, distance] = [dot, away]
  }
  return best
}
