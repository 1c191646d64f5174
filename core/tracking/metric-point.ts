/** Where a point lies in its series: by step, then by time. */
export type Place = { readonly step: number; readonly at: number }

/** A point of a series as its row has it: NaN, which SQLite does not have, is value 0 with `nan` 1. */
export type Point = Place & {
  readonly value: number
  readonly nan: number
  /** Row of `metric_origins`; 0 for none. */
  readonly origin: number
}

/** All places from one up to before another. */
export type Span = { readonly lo: Place; readonly hi: Place }

/** A place before those of all points. */
export const BEFORE_ALL: Place = { step: -(2 ** 53), at: -1 }

/** A place behind those of all points. */
export const AFTER_ALL: Place = { step: 2 ** 53, at: 0 }

/** The place that comes next behind one. */
export function placeAfter({ step, at }: Place): Place {
  return { step, at: at + 1 }
}

/** Below 0 where `a` comes before `b`, 0 where both are at the same place. */
export function comparePlaces(a: Place, b: Place): number {
  return a.step - b.step || a.at - b.at
}

/** The order of a series: step, time, value, and NaN behind 0. The greatest is the latest. */
export function comparePoints(a: Omit<Point, 'origin'>, b: Omit<Point, 'origin'>): number {
  if (a.step !== b.step) return a.step - b.step
  if (a.at !== b.at) return a.at - b.at
  if (a.value !== b.value) return a.value < b.value ? -1 : 1
  return a.nan - b.nan
}

/** The value that two columns stand for. */
export function valueOf(value: number, nan: number): number {
  return nan === 1 ? Number.NaN : value
}
