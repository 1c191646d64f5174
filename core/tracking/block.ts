import { comparePlaces, comparePoints, type Place, type Point } from './metric-point.ts'

/** Neighbouring points of a series, folded; `step` and `at` are the place of its first point. */
export type Block = Place & {
  /** The place of its last point. */
  readonly lastStep: number
  readonly endAt: number
  /** Its earliest and its latest time, which need not be those of its first and last point. */
  readonly firstAt: number
  readonly lastAt: number
  readonly count: number
  /** Of the finite values; null where there is none. */
  readonly min: number | null
  readonly max: number | null
  /** The value of its last point; 0 with `lastNan` 1 for NaN. */
  readonly last: number
  readonly lastNan: number
}

/** The levels of the pyramid, and how many points a block of each has at least, save the last one of its level. */
export const BLOCK_SIZES: readonly (readonly [level: number, points: number])[] = [
  [1, 16],
  [2, 128],
  [3, 1_024],
  [4, 8_192],
  [5, 65_536],
]

/** The block of a single point. */
export function blockOf({ step, at, value, nan }: Omit<Point, 'origin'>): Block {
  const finite = nan === 0 && Number.isFinite(value) ? value : null
  return {
    step,
    at,
    lastStep: step,
    endAt: at,
    firstAt: at,
    lastAt: at,
    count: 1,
    min: finite,
    max: finite,
    last: value,
    lastNan: nan,
  }
}

/** The block of all points of two, which may overlap. */
export function joinBlocks(a: Block, b: Block): Block {
  const first = comparePlaces(a, b) <= 0 ? a : b
  const end = comparePoints(endOf(a), endOf(b)) > 0 ? a : b
  return {
    step: first.step,
    at: first.at,
    lastStep: end.lastStep,
    endAt: end.endAt,
    firstAt: Math.min(a.firstAt, b.firstAt),
    lastAt: Math.max(a.lastAt, b.lastAt),
    count: a.count + b.count,
    min: least(a.min, b.min),
    max: greatest(a.max, b.max),
    last: end.last,
    lastNan: end.lastNan,
  }
}

/**
 * Blocks in their order folded into blocks of at least `size` points; the last one may have fewer. Blocks that meet at
 * the same place are not parted.
 */
export function packBlocks(pieces: Iterable<Block>, size: number): readonly Block[] {
  const packed: Block[] = []
  let open: Block | undefined
  for (const piece of pieces) {
    if (open === undefined) open = piece
    else if (open.count < size || (open.lastStep === piece.step && open.endAt === piece.at)) {
      open = joinBlocks(open, piece)
    } else {
      packed.push(open)
      open = piece
    }
  }
  return open === undefined ? packed : [...packed, open]
}

/** The lesser of two values, where null is none. */
export function least(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}

/** The greater of two values, where null is none. */
export function greatest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}

function endOf({ lastStep, endAt, last, lastNan }: Block): Omit<Point, 'origin'> {
  return { step: lastStep, at: endAt, value: last, nan: lastNan }
}
