import uPlot from 'uplot'
import type { Curve } from './curves.ts'

/** How uPlot is to take what is missing: gaps where a curve has none itself, nothing where only others have an x. */
const RETAIN = 1

/**
 * All curves over one common x: of each its value and, where there is a band, its least and greatest. Undefined stands
 * for an x that a curve has not, null for a gap in it.
 */
export function plotData(curves: readonly Curve[], hasBands: boolean): uPlot.AlignedData {
  const tables = curves.map(({ x, value, low, high }) => (hasBands ? [x, value, low, high] : [x, value]))
  const modes = tables.map((table) => table.map(() => RETAIN))
  return uPlot.join(tables as unknown as uPlot.AlignedData[], modes)
}

/** What the curves have at a place of the common x, or nearest to it within some places; nearest to a height first. */
export function valuesAt(
  data: uPlot.AlignedData,
  place: number,
  stride: number,
): { readonly curve: number; readonly value: number }[] {
  const found: { curve: number; value: number }[] = []
  for (let curve = 0; 1 + curve * stride < data.length; curve += 1) {
    const value = nearest(data[1 + curve * stride] ?? [], place)
    if (value !== undefined) found.push({ curve, value })
  }
  return found
}

const REACH = 400

function nearest(values: ArrayLike<number | null | undefined>, place: number): number | undefined {
  for (let away = 0; away <= REACH; away += 1) {
    const value = values[place - away] ?? values[place + away]
    if (value !== null && value !== undefined) return value
  }
  return undefined
}
