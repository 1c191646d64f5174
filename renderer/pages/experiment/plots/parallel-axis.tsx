import { useState } from 'react'
import { titleOf } from '../columns.ts'
import { numberText } from '../values.ts'
import { logTicksOf, positionAt, shareOf, ticksOf, type Axis } from './axes.ts'
import { EDGE, HEIGHT, shareY } from './parallel-draw.ts'
import classes from './plots.module.css'

/** A drag of less is a click, in px. */
const LEAST_DRAG = 4

type AxisProps = {
  readonly axis: Axis
  readonly left: number
  readonly range: readonly [number, number] | undefined
  readonly onRange: (range: readonly [number, number] | undefined) => void
}

/** An axis with its words; a drag on it picks a range, a click lets it go. */
export function AxisLine({ axis, left, range, onRange }: AxisProps) {
  const [drag, setDrag] = useState<readonly [number, number]>()
  const top = shareY(1, HEIGHT)
  const length = shareY(0, HEIGHT) - top
  const at = (y: number) => positionAt(axis, 1 - Math.min(1, Math.max(0, y / length)))
  const shown = drag === undefined ? range : toRange(drag, at)
  const end = () => {
    if (drag === undefined) return
    setDrag(undefined)
    onRange(Math.abs(drag[0] - drag[1]) < LEAST_DRAG ? undefined : toRange(drag, at))
  }
  return (
    <>
      <div className={classes.axisTitle} style={{ left: left - 65, width: 130 }} title={titleOf(axis.column)}>
        {titleOf(axis.column)}
      </div>
      <div
        className={classes.axis}
        data-axis={axis.id}
        style={{ left: left - 9, top, height: length }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          setDrag([event.nativeEvent.offsetY, event.nativeEvent.offsetY])
        }}
        onPointerMove={(event) => {
          const y = event.clientY - event.currentTarget.getBoundingClientRect().top
          setDrag((before) => before && [before[0], y])
        }}
        onPointerUp={end}
        onPointerCancel={() => setDrag(undefined)}
      >
        {shown !== undefined && <div className={classes.brush} style={brushOf(axis, shown, length)} />}
      </div>
      {wordsOf(axis).map(({ position, word }) => (
        <div
          key={position}
          className={classes.tick}
          style={{ left: left + 8, top: shareY(shareOf(axis, position), HEIGHT) - 8 }}
        >
          {word}
        </div>
      ))}
      {!Number.isFinite(axis.min) && (
        <div className={classes.tick} style={{ left: left + 8, top: HEIGHT - EDGE.bottom }}>
          no value
        </div>
      )}
    </>
  )
}

function toRange([from, to]: readonly [number, number], at: (y: number) => number): readonly [number, number] {
  const [a, b] = [at(from), at(to)]
  return [Math.min(a, b), Math.max(a, b)]
}

function brushOf(axis: Axis, [from, to]: readonly [number, number], length: number): { top: number; height: number } {
  const [low, high] = [shareOf(axis, from), shareOf(axis, to)]
  return { top: (1 - high) * length, height: Math.max(2, (high - low) * length) }
}

const MOST_WORDS = 14

function wordsOf({ min, max, texts, isLog }: Axis): { readonly position: number; readonly word: string }[] {
  if (texts === undefined)
    return (isLog ? logTicksOf : ticksOf)(min, max, 6).map((position) => ({ position, word: numberText(position) }))
  const stride = Math.ceil(texts.length / MOST_WORDS)
  return texts.flatMap((word, position) => (position % stride === 0 ? { position, word: word.slice(0, 14) } : []))
}
