import type { TrackedRunRow } from '#core/contract/tracking.ts'
import type { Column } from './columns.ts'
import { finiteOf, textOf, valueOf } from './values.ts'

/** A line of the table: a run, or a group of runs that have the same value. */
export type Line =
  | {
      readonly kind: 'run'
      readonly id: string
      readonly row: TrackedRunRow
      readonly depth: number
      /** Runs that are nested in it and known here. */
      readonly members: number
      readonly isOpen: boolean
    }
  | {
      readonly kind: 'group'
      readonly id: string
      readonly value: string
      readonly rows: readonly TrackedRunRow[]
      readonly isOpen: boolean
    }

export type Shape = {
  /** The column whose values make groups. */
  readonly group: Column | undefined
  readonly isFlat: boolean
  /** Groups and parents that are open, by the ids of their lines. */
  readonly open: ReadonlySet<string>
}

/** The lines of runs in the order of the runs: grouped, nested or as they are. */
export function linesOf(rows: readonly TrackedRunRow[], { group, isFlat, open }: Shape): Line[] {
  if (group !== undefined) return grouped(rows, group, open)
  return isFlat ? rows.map((row) => runLine({ row, depth: 0 })) : nested(rows, open)
}

type Placed = {
  readonly row: TrackedRunRow
  readonly depth: number
  readonly members?: number
  readonly isOpen?: boolean
}

function runLine({ row, depth, members = 0, isOpen = false }: Placed): Line {
  return { kind: 'run', id: row.id, row, depth, members, isOpen }
}

function grouped(rows: readonly TrackedRunRow[], column: Column, open: ReadonlySet<string>): Line[] {
  const groups = Map.groupBy(rows, (row) => textOf(valueOf(row, column), column))
  return [...groups].flatMap(([value, members]): Line[] => {
    const id = `=${value}`
    const isOpen = open.has(id)
    const head: Line = { kind: 'group', id, value, rows: members, isOpen }
    return isOpen ? [head, ...members.map((row) => runLine({ row, depth: 1 }))] : [head]
  })
}

/** What is nested in a run that is not among the rows stands where it would without it. */
function nested(rows: readonly TrackedRunRow[], open: ReadonlySet<string>): Line[] {
  const members = membersOf(rows)
  const lines: Line[] = []
  const add = (row: TrackedRunRow, depth: number) => {
    const below = members.get(row.id) ?? []
    const isOpen = open.has(row.id)
    lines.push(runLine({ row, depth, members: below.length, isOpen }))
    if (isOpen) for (const member of below) add(member, depth + 1)
  }
  for (const row of members.get('') ?? []) add(row, 0)
  return lines
}

/** Runs by the run that they are nested in, under '' those of none; runs that are nested in each other are of none. */
function membersOf(rows: readonly TrackedRunRow[]): Map<string, TrackedRunRow[]> {
  const ids = new Set(rows.map(({ id }) => id))
  const members = Map.groupBy(rows, ({ parent }) => (parent !== null && ids.has(parent) ? parent : ''))
  const reached = new Set<string>()
  const reach = (of: readonly TrackedRunRow[]) => {
    for (const { id } of of) {
      reached.add(id)
      reach(members.get(id) ?? [])
    }
  }
  const roots = members.get('') ?? []
  reach(roots)
  if (reached.size === rows.length) return members
  const circular = rows.filter(({ id }) => !reached.has(id))
  const tree = Map.groupBy(
    rows.filter(({ id }) => reached.has(id)),
    ({ parent }) => (parent !== null && reached.has(parent) ? parent : ''),
  )
  return tree.set('', [...roots, ...circular])
}

export type Spread = { readonly mean: number; readonly min: number; readonly max: number; readonly count: number }

/** What the runs of a group have in a column, where these are numbers. */
export function spreadOf(rows: readonly TrackedRunRow[], column: Column): Spread | undefined {
  const values = rows.flatMap((row) => finiteOf(row, column) ?? [])
  if (values.length === 0) return undefined
  let [min, max, sum] = [Infinity, -Infinity, 0]
  for (const value of values) [min, max, sum] = [Math.min(min, value), Math.max(max, value), sum + value]
  return { mean: sum / values.length, min, max, count: values.length }
}

/** The text that all runs of a group have in a column; undefined where they differ. */
export function commonOf(rows: readonly TrackedRunRow[], column: Column): string | undefined {
  const [first, ...rest] = new Set(rows.map((row) => textOf(valueOf(row, column), column)))
  return rest.length === 0 ? first : undefined
}
