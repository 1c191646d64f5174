import uPlot from 'uplot'
import { durationText } from '#renderer/ui/time.tsx'
import type { Line } from './line.ts'

const HEIGHT = 160
/** Room for the words beside the curve, in px. */
const AXIS_WIDTH = 76
const FONT_SIZE = 12

const SECONDS_HEIGHT = 26
/** A fifth of a colour. */
const PALE = '33'

/** How a curve looks within an element, in the colours of a scheme. */
export function chartOptions(line: Line, element: HTMLElement, scheme: 'light' | 'dark'): uPlot.Options {
  const style = getComputedStyle(element)
  const colorOf = (variable: string) => style.getPropertyValue(variable)
  const axis = {
    stroke: colorOf('--mantine-color-text'),
    font: `${FONT_SIZE}px ${style.fontFamily}`,
    grid: { stroke: colorOf('--mantine-color-default-border'), width: 1 },
    ticks: { show: false },
  }
  const shade = scheme === 'dark' ? 4 : 8
  const color = colorOf(`--mantine-color-${line.color}-${shade}`)
  const stepped = uPlot.paths.stepped?.({ align: -1 })
  const curve = {
    stroke: color,
    width: 2,
    fill: `${color}${PALE}`,
    points: { show: false },
    ...(line.isStepped && stepped !== undefined ? { paths: stepped } : {}),
  }
  const limit = { stroke: colorOf('--mantine-color-error'), width: 2, dash: [6, 4], points: { show: false } }
  return {
    width: Math.max(element.clientWidth, 1),
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(most * 1.1, Number.MIN_VALUE)] } },
    axes: [
      {
        ...axis,
        size: SECONDS_HEIGHT,
        space: 70,
        values: (_, ticks) => ticks.map((at) => (at === 0 ? '0' : durationText(at * 1_000))),
      },
      { ...axis, size: AXIS_WIDTH, values: (_, ticks) => ticks.map((value) => line.tick(value)) },
    ],
    series: [{}, curve, ...(line.limit === undefined ? [] : [limit])],
  }
}
