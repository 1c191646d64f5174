import type { Database } from '#core/store/index.ts'
import { BLOCK_SIZES, joinBlocks, packBlocks, type Block } from './block.ts'
import { openBlockWrites, type BlockWrites, type SeriesId } from './block-rows.ts'
import { AFTER_ALL, BEFORE_ALL, comparePlaces, placeAfter, type Place, type Point, type Span } from './metric-point.ts'

/** When a series changes its pyramid. */
export type Pace = {
  /** So many unsealed points are enough to seal. */
  readonly enough: number
  /** So many of them stay unsealed, so that points that come a little late cost no more than others. */
  readonly stay: number
  /** So many late points are taken into their blocks together: a block is then written once for several. */
  readonly late: number
}
/** What is usual. */
export const PACE: Pace = { enough: 512, stay: 64, late: 2_048 }

/** A block is parted when it has grown to so many times its size, and again at each doubling. */
const OUTGROWN = 4

/** What of a series is in blocks: all points up to `sealed`, but `late` ones; `unsealed` more follow. */
export type Sealing = { readonly sealed: Place; readonly unsealed: number; readonly late: number }

/** Writes of the pyramids, in the transaction in which the points themselves were written. */
export type Blocks = {
  /** Keeps a point that came after what lies at its place was sealed. */
  addLate(series: SeriesId, point: Point): void
  /** Takes late points into their blocks, and seals the oldest of the unsealed, where they are enough. */
  settle(series: SeriesId, sealing: Sealing): Sealing
}

/** Prepares the writes on the writer's connection. */
export function openBlocks(db: Database, pace: Pace = PACE): Blocks {
  const rows = openBlockWrites(db)
  return {
    addLate: (series, point) => rows.addLate(series, point),
    settle(series, before) {
      const isLate = before.late >= pace.late
      if (isLate) absorb(rows, series, before.sealed)
      const sealing = isLate ? { ...before, late: 0 } : before
      return sealing.unsealed < pace.enough ? sealing : seal(rows, series, { sealing, stay: pace.stay })
    },
  }
}

type ToSeal = { readonly sealing: Sealing; readonly stay: number }

function seal(rows: BlockWrites, series: SeriesId, { sealing, stay }: ToSeal): Sealing {
  const points = rows.blocks(series, 0, { lo: placeAfter(sealing.sealed), hi: AFTER_ALL })
  const added = sealable(points, stay)
  for (const block of added) rows.put(series, 1, block)
  append(rows, series, added)
  const end = added.at(-1)
  if (end === undefined) return sealing
  const count = added.reduce((sum, block) => sum + block.count, 0)
  return { ...sealing, sealed: { step: end.lastStep, at: end.endAt }, unsealed: points.length - count }
}

/** Takes all late points of a series into the blocks around them, on each level. */
function absorb(rows: BlockWrites, series: SeriesId, sealed: Place): void {
  const points = rows.late(series, { lo: BEFORE_ALL, hi: placeAfter(sealed) })
  for (const [level, size] of BLOCK_SIZES) absorbOn(rows, { series, level, size, sealed }, points)
  rows.removeLate(series)
}

/** The blocks of level 1 that points make, without so many of the latest points. */
function sealable(points: readonly Block[], stay: number): readonly Block[] {
  const [[, size] = [1, 16]] = BLOCK_SIZES
  let count = 0
  return packBlocks(points, size).filter((block) => {
    const isOld = count < points.length - stay
    count += block.count
    return isOld
  })
}

/** Makes new blocks of level 1 part of the last block of each level above, or begins further ones. */
function append(rows: BlockWrites, series: SeriesId, added: readonly Block[]): void {
  let pieces: readonly Piece[] = added.map((block) => ({ block, begins: true }))
  for (const [level, size] of BLOCK_SIZES.slice(1)) {
    const { blocks, next } = extend(rows.around(series, level, AFTER_ALL), pieces, size)
    for (const block of blocks) rows.put(series, level, block)
    pieces = next
  }
}

/** What comes to a level; `begins` where a block of the level below begins with it, so that one of this level may. */
type Piece = { readonly block: Block; readonly begins: boolean }

function extend(
  last: Block | undefined,
  pieces: readonly Piece[],
  size: number,
): { readonly blocks: readonly Block[]; readonly next: readonly Piece[] } {
  const blocks: Block[] = last === undefined ? [] : [last]
  const next: Piece[] = []
  for (const { block, begins } of pieces) {
    const open = blocks.at(-1)
    if (open === undefined || (begins && open.count >= size)) {
      blocks.push(block)
      next.push({ block, begins: true })
      continue
    }
    blocks[blocks.length - 1] = joinBlocks(open, block)
    const piece = next.pop()
    next.push(piece === undefined ? { block, begins: false } : { ...piece, block: joinBlocks(piece.block, block) })
  }
  return { blocks, next }
}

type Level = { readonly series: SeriesId; readonly level: number; readonly size: number; readonly sealed: Place }

function absorbOn(rows: BlockWrites, on: Level, points: readonly Block[]): void {
  const { series, level, size, sealed } = on
  for (let index = 0; index < points.length;) {
    const at = points[index] as Block
    const block = rows.around(series, level, at)
    if (block === undefined) throw new Error('a sealed series has no block')
    const end = rows.next(series, level, block) ?? placeAfter(sealed)
    let grown = block
    for (let point = points[index]; point !== undefined && comparePlaces(point, end) < 0; point = points[index]) {
      grown = joinBlocks(grown, point)
      index += 1
    }
    if (comparePlaces(grown, block) !== 0) rows.remove(series, level, block)
    rows.put(series, level, grown)
    if (isOutgrown(block.count, grown.count, size)) part(rows, on, { lo: grown, hi: end })
  }
}

/** At each doubling only: what lies at one place cannot be parted, and must not be tried with each point. */
function isOutgrown(before: number, after: number, size: number): boolean {
  return after >= OUTGROWN * size && Math.floor(Math.log2(before)) < Math.floor(Math.log2(after))
}

/** Replaces the block of a span by several of the usual size, from what lies below it. */
function part(rows: BlockWrites, { series, level, size }: Level, span: Span): void {
  const parts = packBlocks(rows.blocks(series, level - 1, span), size)
  if (parts.length < 2) return
  for (const each of parts) rows.put(series, level, each)
}
