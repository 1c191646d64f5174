import type uPlot from 'uplot'
import { durationText } from '#renderer/ui/time.tsx'
import { colourOf, USUAL_LOOK, type Look } from '../colours.ts'
import type { XAxis } from '../search.ts'
import { numberText } from '../values.ts'

/** What a chart is made with; for another it is made anew. */
export type PlotShape = {
  readonly runs: readonly string[]
  readonly looks: ReadonlyMap<string, Look>
  readonly scheme: 'light' | 'dark'
  readonly x: XAxis
  readonly isLog: boolean
  /** Whether each curve has its least and greatest values below it. */
  readonly hasBands: boolean
  readonly height: number
}
export type PlotEvents = {
  /** What is in sight; all where undefined. */
  readonly zoom: () => readonly [number, number] | undefined
  readonly onZoom: (range: [number, number] | undefined) => void
  readonly onCursor: (plot: uPlot) => void
}

/** All charts of a page show the cursor at the same x. */
const SYNC = 'charts'
const AXIS_WIDTH = 62
const NEAR_PX = 24

/** How curves look, and what the mouse does. */
export function plotOptions(element: HTMLElement, shape: PlotShape, events: PlotEvents): uPlot.Options {
  const { x, isLog, height } = shape
  const style = getComputedStyle(element)
  const axis = {
    stroke: style.getPropertyValue('--mantine-color-text'),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: style.getPropertyValue('--mantine-color-default-border'), width: 1 },
    ticks: { show: false },
  }
  return {
    width: Math.max(element.clientWidth, 1),
    height,
    legend: { show: false },
    focus: { alpha: 0.25 },
    scales: {
      x: { time: x === 'time', range: (_, min, max) => rangeOf(events.zoom(), min, max) },
      y: isLog ? { distr: 3 } : {},
    },
    axes: [
      { ...axis, size: 28, space: 64, ...tickWords(x) },
      {
        ...axis,
        size: AXIS_WIDTH,
        space: 30,
        values: (_, ticks) => ticks.map((at) => (at === null ? '' : numberText(at))),
      },
    ],
    ...drawn(shape),
    cursor: cursorOf(events),
    hooks: {
      setCursor: [events.onCursor],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select
          if (width < 2) return
          events.onZoom([plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')])
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
    },
  }
}

function rangeOf(zoom: readonly [number, number] | undefined, min: number, max: number): [number, number] {
  if (zoom !== undefined) return [...zoom]
  return min === max ? [min - 1, max + 1] : [min, max]
}

function tickWords(x: XAxis): Pick<uPlot.Axis, 'values'> {
  if (x === 'time') return {}
  const word = x === 'step' ? numberText : (seconds: number) => (seconds === 0 ? '0' : durationText(seconds * 1_000))
  return { values: (_, ticks) => ticks.map(word) }
}

/** Only where the cursor is goes to the other charts; their range comes from the address. */
function cursorOf({ onZoom }: PlotEvents): uPlot.Cursor {
  return {
    sync: { key: SYNC, setSeries: false, filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' } },
    drag: { x: true, y: false, setScale: false },
    focus: { prox: NEAR_PX },
    points: { size: 6 },
    bind: {
      dblclick: () => () => {
        onZoom(undefined)
        return null
      },
    },
  }
}

function drawn({ runs, looks, scheme, hasBands }: PlotShape): Pick<uPlot.Options, 'series' | 'bands'> {
  const series: uPlot.Series[] = [{}]
  const bands: uPlot.Band[] = []
  for (const run of runs) {
    const look = looks.get(run) ?? USUAL_LOOK
    series.push({ stroke: colourOf(look, scheme), width: 1.6, dash: [...look.dash], points: { show: single } })
    if (!hasBands) continue
    const faint = { stroke: colourOf(look, scheme, 0.28), width: 1, points: { show: false } }
    series.push(faint, faint)
    const last = series.length - 1
    bands.push({ series: [last, last - 1], fill: colourOf(look, scheme, 0.16) })
  }
  return { series, bands }
}

/** A point is seen where a curve has no other. */
function single(plot: uPlot, at: number): boolean {
  let known = 0
  for (const value of plot.data[at] ?? []) {
    if (value !== null && value !== undefined) known += 1
    if (known > 1) return false
  }
  return known === 1
}
