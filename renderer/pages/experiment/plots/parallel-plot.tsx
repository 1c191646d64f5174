import { useCallback, useState, type PointerEvent } from 'react'
import type { TrackedRunRow } from '#core/contract/tracking.ts'
import { useNavigate } from '@tanstack/react-router'
import { titleOf } from '../columns.ts'
import { textOf, valueOf } from '../values.ts'
import type { Within } from './axes.ts'
import { AxisLine } from './parallel-axis.tsx'
import { axisX, drawLines, drawPointed, HEIGHT, runAt, type ParallelInput } from './parallel-draw.ts'
import classes from './plots.module.css'
import { useCanvas, type Area } from './use-canvas.ts'

type PlotProps = ParallelInput & { readonly onWithin: (within: Within) => void }

/** The lines on a canvas, the axes above them. */
export function ParallelPlot({ onWithin, ...input }: PlotProps) {
  const { rows, axes, hueAxis, within, scheme } = input
  const [pointed, setPointed] = useState<TrackedRunRow>()
  const navigate = useNavigate()
  const draw = useCallback(
    (context: CanvasRenderingContext2D, area: { width: number; height: number }) =>
      drawLines(context, area, { rows, axes, hueAxis, within, scheme }),
    [rows, axes, hueAxis, within, scheme],
  )
  const { box, canvas, width } = useCanvas(HEIGHT, draw)
  const point = ({ nativeEvent: { offsetX, offsetY } }: PointerEvent) =>
    setPointed(runAt(input, { width, height: HEIGHT }, [offsetX, offsetY]))
  const label = `${rows.length} runs over ${axes.map(({ column }) => titleOf(column)).join(', ')}. The table has the values.`
  return (
    <div ref={box} className={classes.plot} style={{ height: HEIGHT }}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        className={classes.canvas}
        style={{ height: HEIGHT, cursor: pointed === undefined ? 'default' : 'pointer' }}
        onPointerMove={point}
        onPointerLeave={() => setPointed(undefined)}
        onClick={() => {
          if (pointed === undefined) return
          const { id: run, experiment } = pointed
          void navigate({ to: '/experiments/$experiment/runs/$run', params: { experiment, run } })
        }}
      />
      {pointed !== undefined && <PointedLine row={pointed} input={input} />}
      {width > 0 &&
        axes.map((axis, at) => (
          <AxisLine
            key={axis.id}
            axis={axis}
            left={axisX(at, axes.length, width)}
            range={within[axis.id]}
            onRange={(range) => {
              const { [axis.id]: _, ...others } = within
              onWithin(range === undefined ? others : { ...others, [axis.id]: range })
            }}
          />
        ))}
      {pointed !== undefined && (
        <div className={classes.note} aria-hidden>
          <b>{pointed.name}</b>{' '}
          {axes.map(({ column }) => `${titleOf(column)} ${textOf(valueOf(pointed, column), column)}`).join(', ')}
        </div>
      )}
    </div>
  )
}

function PointedLine({ row, input }: { readonly row: TrackedRunRow; readonly input: ParallelInput }) {
  const draw = useCallback(
    (context: CanvasRenderingContext2D, area: Area) => drawPointed(context, area, { row, input }),
    [row, input],
  )
  const { box, canvas } = useCanvas(HEIGHT, draw)
  return (
    <div ref={box} className={classes.over} aria-hidden>
      <canvas ref={canvas} style={{ width: '100%', height: HEIGHT }} />
    </div>
  )
}
