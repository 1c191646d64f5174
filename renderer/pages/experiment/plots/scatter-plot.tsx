import { useNavigate } from '@tanstack/react-router'
import { useCallback, useMemo, useState, type PointerEvent } from 'react'
import { titleOf } from '../columns.ts'
import type { Selection } from '../use-selection.ts'
import { textOf, valueOf } from '../values.ts'
import type { Axis } from './axes.ts'
import classes from './plots.module.css'
import { dotAt, drawScatter, scatterOf, type Dot, type ScatterInput } from './scatter-draw.ts'
import { useCanvas, type Area } from './use-canvas.ts'

const HEIGHT = 460

type PlotProps = ScatterInput & { readonly scheme: 'light' | 'dark'; readonly selection: Selection }

/** The dots on a canvas; a click opens the run, with Shift it selects it. */
export function ScatterPlot({ scheme, selection, ...input }: PlotProps) {
  const { rows, x, y, hue, isLogX, isLogY } = input
  const [pointed, setPointed] = useState<Dot>()
  const navigate = useNavigate()
  const at = useCallback(
    (area: Area) => scatterOf({ rows, x, y, hue, isLogX, isLogY }, area),
    [rows, x, y, hue, isLogX, isLogY],
  )
  const marked = useMemo(
    () => new Set(pointed === undefined ? selection.ids : [...selection.ids, pointed.row.id]),
    [selection.ids, pointed],
  )
  const draw = useCallback(
    (context: CanvasRenderingContext2D, area: Area) => {
      const style = getComputedStyle(context.canvas)
      const ink = {
        text: style.getPropertyValue('--mantine-color-text'),
        line: style.getPropertyValue('--mantine-color-default-border'),
        font: `11px ${style.fontFamily}`,
        scheme,
      }
      drawScatter(context, area, { scatter: at(area), ink, marked })
    },
    [at, marked, scheme],
  )
  const { box, canvas, width } = useCanvas(HEIGHT, draw)
  const { dots } = useMemo(() => at({ width, height: HEIGHT }), [at, width])
  const point = ({ nativeEvent: { offsetX, offsetY } }: PointerEvent) => setPointed(dotAt(dots, [offsetX, offsetY]))
  return (
    <div ref={box} className={classes.plot} style={{ height: HEIGHT }}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${dots.length} runs: ${titleOf(y.column)} over ${titleOf(x.column)}. The table has the values.`}
        className={classes.canvas}
        style={{ height: HEIGHT, cursor: pointed === undefined ? 'default' : 'pointer' }}
        onPointerMove={point}
        onPointerLeave={() => setPointed(undefined)}
        onClick={({ shiftKey }) => {
          if (pointed === undefined) return
          const { id: run, experiment } = pointed.row
          if (shiftKey) selection.set([...selection.ids, run])
          else void navigate({ to: '/experiments/$experiment/runs/$run', params: { experiment, run } })
        }}
      />
      <div className={classes.nameX}>{titleOf(x.column)}</div>
      <div className={classes.nameY}>{titleOf(y.column)}</div>
      {pointed !== undefined && (
        <DotTip dot={pointed} axes={[x, y, ...(hue === undefined ? [] : [hue])]} width={width} />
      )}
    </div>
  )
}

type TipProps = { readonly dot: Dot; readonly axes: readonly Axis[]; readonly width: number }

function DotTip({ dot: { row, x, y }, axes, width }: TipProps) {
  const place = x > width / 2 ? { right: width - x + 12, top: y } : { left: x + 12, top: y }
  return (
    <div className={classes.dotTip} style={place} aria-hidden>
      <b>{row.name}</b>
      {axes.map(({ id, column }) => (
        <div key={id}>
          {titleOf(column)}: {textOf(valueOf(row, column), column)}
        </div>
      ))}
    </div>
  )
}
