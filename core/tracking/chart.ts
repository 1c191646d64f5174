import type { Database } from '#core/store/index.ts'
import { BLOCK_SIZES, joinBlocks, type Block } from './block.ts'
import { openBlockReads, type BlockReads, type SeriesId } from './block-rows.ts'
import { invalidValue } from './limits.ts'
import { comparePlaces, placeAfter, valueOf, type Place, type Span } from './metric-point.ts'
import { openSeriesIds } from './series-ids.ts'
import type { Bucket, ChartQuery, TrackingReads } from './types.ts'

/** More buckets than a screen has pixels are not worth their while. */
const MOST_BUCKETS = 10_000
const FIRST_STEP = -(2 ** 53)
const LAST_STEP = 2 ** 53 - 1

/** Prepares `chart` on any connection. */
export function openChart(db: Database): TrackingReads['chart'] {
  const series = openSeriesIds(db)
  const reads = openBlockReads(db)
  const chart = (query: ChartQuery): readonly Bucket[] => {
    const { fromStep = FIRST_STEP, toStep = LAST_STEP, most } = query
    if (!Number.isSafeInteger(most) || most < 1 || most > MOST_BUCKETS) {
      throw invalidValue('most', most, `It must be an integer from 1 to ${MOST_BUCKETS}`)
    }
    checkStep('from_step', fromStep)
    checkStep('to_step', toStep)
    const found = series.find(query.runId, query.key)
    if (found === undefined || fromStep > toStep) return []
    const [lo, hi] = [
      { step: fromStep, at: 0 },
      { step: toStep + 1, at: 0 },
    ]
    // Behind it are points that no block has.
    const tail = least(greatest(placeAfter(found.sealed), lo), hi)
    const sealed = { lo, hi: tail }
    const pieces = piecesOf({ reads, series: found }, levelFor({ reads, series: found }, sealed, most), sealed)
    return foldPieces([...pieces, ...reads.blocks(found, 0, { lo: tail, hi })], most).map(bucketOf)
  }
  return chart
}

function checkStep(name: string, step: number): void {
  if (!Number.isInteger(step) || step < FIRST_STEP || step > LAST_STEP) {
    throw invalidValue(name, step, 'It must be an integer within 2^53')
  }
}

type Pyramid = { readonly reads: BlockReads; readonly series: SeriesId }

/** The coarsest level with at least so many blocks as are asked for; else the points. */
function levelFor({ reads, series }: Pyramid, span: Span, most: number): number {
  const levels = BLOCK_SIZES.map(([level]) => level).toReversed()
  return levels.find((level) => reads.count(series, level, span) >= most) ?? 0
}

/**
 * All points of a span, as blocks of a level where these lie wholly within, and at both ends of
 * the finer levels.
 */
function piecesOf(pyramid: Pyramid, level: number, { lo, hi }: Span): readonly Block[] {
  if (comparePlaces(lo, hi) >= 0) return []
  const { reads, series } = pyramid
  const blocks = reads.blocks(series, level, { lo, hi })
  if (level === 0) return blocks
  const [first, last] = [blocks[0] ?? hi, blocks.at(-1)]
  const isWhole = last === undefined || comparePlaces({ step: last.lastStep, at: last.endAt }, hi) < 0
  const end = isWhole ? hi : last
  const whole = withLate(isWhole ? blocks : blocks.slice(0, -1), reads.late(series, { lo: first, hi: end }))
  return [
    ...piecesOf(pyramid, level - 1, { lo, hi: first }),
    ...whole,
    ...piecesOf(pyramid, level - 1, { lo: end, hi }),
  ]
}

/** Blocks with the late points that belong into them; none comes before the first block. */
function withLate(blocks: readonly Block[], late: readonly Block[]): readonly Block[] {
  if (late.length === 0) return blocks
  let next = 0
  return blocks.map((block, index) => {
    const end = blocks[index + 1]
    let joined = block
    for (let point = late[next]; point !== undefined; point = late[next]) {
      if (end !== undefined && comparePlaces(point, end) >= 0) break
      joined = joinBlocks(joined, point)
      next += 1
    }
    return joined
  })
}

/** Neighbours folded so that at most so many are left, with about as many points each. */
function foldPieces(pieces: readonly Block[], most: number): readonly Block[] {
  if (pieces.length <= most) return pieces
  const total = pieces.reduce((sum, piece) => sum + piece.count, 0)
  const folded: Block[] = []
  let open: Block | undefined
  let count = 0
  for (const piece of pieces) {
    open = open === undefined ? piece : joinBlocks(open, piece)
    count += piece.count
    if (count * most < (folded.length + 1) * total) continue
    folded.push(open)
    open = undefined
  }
  return folded
}

function bucketOf(block: Block): Bucket {
  return {
    firstStep: block.step,
    lastStep: block.lastStep,
    firstTime: block.firstAt,
    lastTime: block.lastAt,
    count: block.count,
    min: block.min,
    max: block.max,
    last: valueOf(block.last, block.lastNan),
  }
}

function least(a: Place, b: Place): Place {
  return comparePlaces(a, b) <= 0 ? a : b
}

function greatest(a: Place, b: Place): Place {
  return comparePlaces(a, b) >= 0 ? a : b
}
