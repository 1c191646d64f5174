import type { Database } from '#core/store/index.ts'
import { blockOf, type Block } from './block.ts'
import type { Place, Point, Span } from './metric-point.ts'

/** A series: row of its run, integer of its key. */
export type SeriesId = { readonly run: number; readonly key: number }

/** Reads of the rows of a pyramid. Level 0 is the points themselves. */
export type BlockReads = {
  /** Those of a level that begin in a span, in their order. */
  blocks(series: SeriesId, level: number, span: Span): readonly Block[]
  /** How many these are. */
  count(series: SeriesId, level: number, span: Span): number
  /** Points of a span that are in no block, though what lies at their place is sealed; in their order. */
  late(series: SeriesId, span: Span): readonly Block[]
}

type BlockRow = readonly [
  step: number,
  at: number,
  lastStep: number,
  endAt: number,
  firstAt: number,
  lastAt: number,
  count: number,
  min: number | null,
  max: number | null,
  last: number,
  lastNan: number,
]
type PointRow = readonly [step: number, at: number, value: number, nan: number]
type Range = [number, number, number, number, number, number]
type LevelRange = [number, number, number, number, number, number, number]

const COLUMNS = 'step, at, last_step, end_at, first_at, last_at, count, min, max, last, last_nan'
const LEVEL = 'FROM metric_blocks WHERE run = ? AND key = ? AND level = ?'
const RANGE = '(step, at) >= (?, ?) AND (step, at) < (?, ?)'

/** Prepares the reads on a connection. */
export function openBlockReads(db: Database): BlockReads {
  const points = openPointReads(db, 'metrics')
  const blocks = db.prepare<LevelRange, BlockRow>(`SELECT ${COLUMNS} ${LEVEL} AND ${RANGE} ORDER BY step, at`).raw()
  const count = db.prepare<LevelRange, number>(`SELECT count(*) ${LEVEL} AND ${RANGE}`).pluck()
  return {
    blocks: ({ run, key }, level, { lo, hi }) =>
      level === 0
        ? points({ run, key }, { lo, hi })
        : blocks.all(run, key, level, lo.step, lo.at, hi.step, hi.at).map(blockOfRow),
    count: ({ run, key }, level, { lo, hi }) => count.get(run, key, level, lo.step, lo.at, hi.step, hi.at) ?? 0,
    late: openPointReads(db, 'late_points'),
  }
}

function openPointReads(db: Database, table: 'metrics' | 'late_points'): BlockReads['late'] {
  const points = db
    .prepare<Range, PointRow>(
      `SELECT step, at, value, nan FROM ${table} WHERE run = ? AND key = ? AND ${RANGE} ORDER BY step, at, value, nan`,
    )
    .raw()
  return ({ run, key }, { lo, hi }) => points.all(run, key, lo.step, lo.at, hi.step, hi.at).map(pointBlock)
}

/** What writes of a pyramid need beside the reads. */
export type BlockWrites = BlockReads & {
  /** The last block of a level that begins at a place or before it; else the first one. Undefined where there is none. */
  around(series: SeriesId, level: number, place: Place): Block | undefined
  /** Where the next block of the level begins. */
  next(series: SeriesId, level: number, place: Place): Place | undefined
  /** Adds a block, or replaces the one that begins at the same place. */
  put(series: SeriesId, level: number, block: Block): void
  /** Takes away the block that begins there. */
  remove(series: SeriesId, level: number, place: Place): void
  addLate(series: SeriesId, point: Point): void
  removeLate(series: SeriesId): void
}

type At = [run: number, key: number, level: number, step: number, at: number]

/** Prepares reads and writes on the writer's connection. */
export function openBlockWrites(db: Database): BlockWrites {
  const before = db
    .prepare<At, BlockRow>(`SELECT ${COLUMNS} ${LEVEL} AND (step, at) <= (?, ?) ORDER BY step DESC, at DESC LIMIT 1`)
    .raw()
  const first = db
    .prepare<[number, number, number], BlockRow>(`SELECT ${COLUMNS} ${LEVEL} ORDER BY step, at LIMIT 1`)
    .raw()
  const next = db.prepare<At, Place>(`SELECT step, at ${LEVEL} AND (step, at) > (?, ?) ORDER BY step, at LIMIT 1`)
  const put = db.prepare<[number, number, number, ...BlockRow]>(
    `INSERT OR REPLACE INTO metric_blocks (run, key, level, ${COLUMNS}) VALUES (${'?, '.repeat(13)}?)`,
  )
  const remove = db.prepare<At>(`DELETE ${LEVEL} AND step = ? AND at = ?`)
  return {
    ...openBlockReads(db),
    ...openLateWrites(db),
    around({ run, key }, level, { step, at }) {
      const row = before.get(run, key, level, step, at) ?? first.get(run, key, level)
      return row === undefined ? undefined : blockOfRow(row)
    },
    next: ({ run, key }, level, { step, at }) => next.get(run, key, level, step, at),
    put: ({ run, key }, level, block) => void put.run(run, key, level, ...rowOf(block)),
    remove: ({ run, key }, level, { step, at }) => void remove.run(run, key, level, step, at),
  }
}

function openLateWrites(db: Database): Pick<BlockWrites, 'addLate' | 'removeLate'> {
  const add = db.prepare<[number, number, ...PointRow]>(
    'INSERT INTO late_points (run, key, step, at, value, nan) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const remove = db.prepare<[number, number]>('DELETE FROM late_points WHERE run = ? AND key = ?')
  return {
    addLate: ({ run, key }, { step, at, value, nan }) => void add.run(run, key, step, at, value, nan),
    removeLate: ({ run, key }) => void remove.run(run, key),
  }
}

function pointBlock([step, at, value, nan]: PointRow): Block {
  return blockOf({ step, at, value, nan })
}

function blockOfRow(row: BlockRow): Block {
  const [step, at, lastStep, endAt, firstAt, lastAt, count, min, max, last, lastNan] = row
  return { step, at, lastStep, endAt, firstAt, lastAt, count, min, max, last, lastNan }
}

function rowOf(block: Block): BlockRow {
  const { step, at, lastStep, endAt, firstAt, lastAt, count, min, max, last, lastNan } = block
  return [step, at, lastStep, endAt, firstAt, lastAt, count, min, max, last, lastNan]
}
