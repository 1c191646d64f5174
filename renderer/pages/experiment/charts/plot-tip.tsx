import type uPlot from 'uplot'
import { absoluteText, durationText } from '#renderer/ui/time.tsx'
import { colourOf } from '../colours.ts'
import { numberText } from '../values.ts'
import classes from './charts.module.css'
import { valuesAt } from './plot-data.ts'
import type { PlotProps } from './plot.tsx'

/** Where the cursor is: px from the left, the place in the data, and its values. */
export type Tip = {
  readonly left: number
  readonly isRight: boolean
  readonly x: number
  readonly place: number
  readonly y: number
}

/** Where the cursor is, in the chart that the mouse is over. */
export function tipOf(plot: uPlot): Tip | undefined {
  const { left, top, idx, event } = plot.cursor
  const isOver = event instanceof MouseEvent && event.target instanceof Node && plot.root.contains(event.target)
  if (!isOver || left === undefined || left < 0 || idx === null || idx === undefined) return undefined
  const isRight = left > plot.over.clientWidth / 2
  const offset = plot.over.offsetLeft
  return { left: left + offset, isRight, x: plot.posToVal(left, 'x'), place: idx, y: plot.posToVal(top ?? 0, 'y') }
}

const MOST_LINES = 9

type TipProps = Pick<PlotProps, 'curves' | 'looks' | 'scheme' | 'nameOf' | 'x'> & {
  readonly data: uPlot.AlignedData
  readonly tip: Tip
  readonly stride: number
}

/** The values under the cursor, of the curves nearest to it. */
export function PlotTip({ tip, data, stride, curves, looks, scheme, nameOf, x }: TipProps) {
  const near = valuesAt(data, tip.place, stride)
    .toSorted((a, b) => Math.abs(a.value - tip.y) - Math.abs(b.value - tip.y))
    .slice(0, MOST_LINES)
    .toSorted((a, b) => b.value - a.value)
  const at = data[0][tip.place] ?? tip.x
  return (
    <div
      className={classes.tip}
      style={tip.isRight ? { right: `calc(100% - ${tip.left - 14}px)` } : { left: tip.left + 14 }}
      aria-hidden
    >
      <div>
        {x === 'step' ? `step ${numberText(at)}` : x === 'time' ? absoluteText(at * 1_000) : durationText(at * 1_000)}
      </div>
      {near.map(({ curve, value }) => {
        const run = curves[curve]?.run ?? ''
        const look = looks.get(run)
        return (
          <div key={run} className={classes.tipLine}>
            <svg width={8} height={8}>
              <circle cx={4} cy={4} r={4} fill={look && colourOf(look, scheme)} />
            </svg>
            <span className={classes.tipName}>{nameOf(run)}</span>
            <span className={classes.tipValue}>{numberText(value)}</span>
          </div>
        )
      })}
    </div>
  )
}
