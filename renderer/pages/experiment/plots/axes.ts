import type { TrackedRunRow } from '#core/contract/tracking.ts'
import { idOf, type Column } from '../columns.ts'
import { finiteOf, textOf, valueOf } from '../values.ts'

/** An axis for what runs have in a column: of numbers, or of texts in their order. */
export type Axis = {
  readonly column: Column
  readonly id: string
  /** Of an axis of texts; their places are 0, 1, 2 … */
  readonly texts: readonly string[] | undefined
  /** Numbers above zero that span magnitudes stand by their logarithms, as learning rates are chosen. */
  readonly isLog: boolean
  /** The ends; the same where there is one value, infinities where there is none. */
  readonly min: number
  readonly max: number
}

/** From so many times the least value on, the greatest is magnitudes away. */
const MAGNITUDES = 500

/** Where a run stands on an axis, in units of the axis; undefined where it has nothing. */
export function positionOn({ column, texts }: Axis, row: TrackedRunRow): number | undefined {
  if (texts === undefined) return finiteOf(row, column)
  const at = texts.indexOf(textOf(valueOf(row, column), column))
  return at === -1 ? undefined : at
}

/** The axis of a column: of numbers where all that runs have there are numbers. */
export function axisOf(column: Column, rows: readonly TrackedRunRow[]): Axis {
  const id = idOf(column)
  const numbers: number[] = []
  const texts = new Set<string>()
  let isNumeric = true
  for (const row of rows) {
    const value = valueOf(row, column)
    if (value === undefined || value === '') continue
    const number = finiteOf(row, column)
    if (number !== undefined) numbers.push(number)
    // Of metrics what is not finite has no place; a text of a parameter makes an axis of texts.
    else if (column.kind !== 'metrics') isNumeric = false
    texts.add(textOf(value, column))
  }
  if (isNumeric) {
    const [min, max] = numbers.reduce(
      ([low, high], value): [number, number] => [Math.min(low, value), Math.max(high, value)],
      [Infinity, -Infinity],
    )
    const isLog = column.kind === 'params' && min > 0 && max / min >= MAGNITUDES
    return { column, id, texts: undefined, isLog, min, max }
  }
  const sorted = [...texts].toSorted((a, b) => a.localeCompare(b, undefined, { numeric: true }))
  return { column, id, texts: sorted, isLog: false, min: 0, max: sorted.length - 1 }
}

type Ends = Pick<Axis, 'min' | 'max' | 'isLog'>

/** How far along an axis a position is, from 0 to 1; in the middle where the axis has one value. */
export function shareOf({ min, max, isLog }: Ends, position: number): number {
  if (max <= min) return 0.5
  return isLog ? Math.log(position / min) / Math.log(max / min) : (position - min) / (max - min)
}

/** The position at a share. */
export function positionAt({ min, max, isLog }: Ends, share: number): number {
  return isLog ? min * (max / min) ** share : min + (max - min) * share
}

export type Within = Readonly<Record<string, readonly [number, number]>>

/** Whether a run is within all ranges that are picked on axes. */
export function isWithin(row: TrackedRunRow, axes: readonly Axis[], within: Within): boolean {
  return axes.every((axis) => {
    const range = within[axis.id]
    if (range === undefined) return true
    const at = positionOn(axis, row)
    return at !== undefined && at >= range[0] && at <= range[1]
  })
}

/** Round numbers between two ends, no more than so many. */
export function ticksOf(min: number, max: number, most: number): number[] {
  if (!Number.isFinite(min) || !Number.isFinite(max)) return []
  if (min === max) return [min]
  const rough = (max - min) / Math.max(1, most)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((times) => times * power).find((it) => it >= rough) ?? rough
  const first = Math.ceil(min / step)
  const count = Math.floor(max / step) - first + 1
  return Array.from({ length: Math.max(0, count) }, (_, at) => Number(((first + at) * step).toPrecision(12)))
}

/** The powers of ten between two ends above zero, thinned out to so many; the ends where there is none between. */
export function logTicksOf(min: number, max: number, most: number): number[] {
  if (!(min > 0) || !Number.isFinite(max)) return []
  const [first, last] = [Math.ceil(Math.log10(min)), Math.floor(Math.log10(max))]
  if (first > last) return ticksOf(min, max, most)
  const stride = Math.ceil((last - first + 1) / most)
  return Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, at) => 10 ** (first + at * stride))
}
