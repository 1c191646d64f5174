import type { ChartSeries } from '#core/contract/tracking.ts'
import type { XAxis } from '../search.ts'
import { smoothed } from './smoothing.ts'

/** A series as it is drawn: a value at each x, and from the least to the greatest value there. */
export type Curve = {
  readonly run: string
  /** Steps, or seconds: since 1970, or since the run began. Ascending, each once. */
  readonly x: readonly number[]
  readonly value: readonly (number | null)[]
  readonly low: readonly (number | null)[]
  readonly high: readonly (number | null)[]
  /** Whether some values stand for several points. */
  readonly isFolded: boolean
}

export type CurveOptions = {
  readonly x: XAxis
  readonly smooth: number
  readonly isLog: boolean
  /** When the run began, epoch ms. */
  readonly startedAt: number
}

/** The curve of a series. Of values that are not above zero a logarithmic axis shows nothing. */
export function curveOf(series: ChartSeries, { x, smooth, isLog, startedAt }: CurveOptions): Curve {
  const order = orderBy(xsOf(series, x, startedAt))
  const pick = <Value>(from: readonly Value[]): Value[][] =>
    order.map(({ at }) => at.flatMap((place) => from.slice(place, place + 1)))
  const last = pick(series.last).map((values) => values.findLast((value) => value !== null) ?? null)
  const counts = pick(series.count).map((values) => values.reduce((sum, count) => sum + count, 0))
  const shown = (values: readonly (number | null)[]) =>
    isLog ? values.map((value) => (value !== null && value > 0 ? value : null)) : values
  return {
    run: series.run,
    x: order.map((place) => place.x),
    value: shown(smoothed(last, smooth, counts)),
    low: shown(pick(series.min).map((values) => extreme(values, Math.min))),
    high: shown(pick(series.max).map((values) => extreme(values, Math.max))),
    isFolded: counts.some((count) => count > 1),
  }
}

function xsOf(series: ChartSeries, x: XAxis, startedAt: number): number[] {
  if (x === 'step') return series.lastStep
  return series.lastTime.map((time) => (x === 'time' ? time : time - startedAt) / 1_000)
}

/** Places in the order of x; what has the same x is together. */
function orderBy(xs: readonly number[]): { readonly x: number; readonly at: readonly number[] }[] {
  const places = xs.map((x, at) => ({ x, at }))
  const isSorted = places.every(({ x }, at) => at === 0 || x >= (xs[at - 1] ?? x))
  const sorted = isSorted ? places : places.toSorted((a, b) => a.x - b.x || a.at - b.at)
  const merged: { x: number; at: number[] }[] = []
  for (const { x, at } of sorted) {
    const before = merged.at(-1)
    if (before !== undefined && before.x === x) before.at.push(at)
    else merged.push({ x, at: [at] })
  }
  return merged
}

function extreme(values: readonly (number | null)[], of: (...values: number[]) => number): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : of(...known)
}

/** Which steps are in sight where the x axis is one of time: those of all buckets that reach into the range. */
export function stepsWithin(
  all: readonly ChartSeries[],
  [from, to]: readonly [number, number],
  startOf: (run: string) => number,
): { readonly fromStep: number; readonly toStep: number } | undefined {
  let [first, last] = [Infinity, -Infinity]
  for (const series of all) {
    const start = startOf(series.run)
    for (const [at, time] of series.firstTime.entries()) {
      const [begin, end] = [(time - start) / 1_000, ((series.lastTime[at] ?? time) - start) / 1_000]
      if (end < from || begin > to) continue
      first = Math.min(first, series.firstStep[at] ?? first)
      last = Math.max(last, series.lastStep[at] ?? last)
    }
  }
  return first > last ? undefined : { fromStep: first, toStep: last }
}

/** Curves as a table of CSV: one row a bucket of a series. */
export function csvOf(all: readonly ChartSeries[], nameOf: (run: string) => string): string {
  const head = 'run,name,metric,first_step,last_step,first_time,last_time,count,min,max,last'
  const rows = all.flatMap((series) =>
    series.firstStep.map((step, at) =>
      [
        series.run,
        cell(nameOf(series.run)),
        cell(series.key),
        step,
        series.lastStep[at],
        new Date(series.firstTime[at] ?? 0).toISOString(),
        new Date(series.lastTime[at] ?? 0).toISOString(),
        series.count[at],
        series.min[at] ?? '',
        series.max[at] ?? '',
        series.last[at] ?? '',
      ].join(','),
    ),
  )
  return `${[head, ...rows].join('\r\n')}\r\n`
}

/** A text as a cell: in quotes where it needs them, and never a formula of a spreadsheet. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
