import type { TrackedRunRow } from '#core/contract/tracking.ts'

/** So many runs are drawn where none is selected, and no more than so many of those that are. */
const FIRST = 20
const MOST = 100

/** The runs that charts show: those that are selected, else the first ones. */
export function chartedRuns(rows: readonly TrackedRunRow[], selected: ReadonlySet<string>): TrackedRunRow[] {
  const chosen = rows.filter(({ id }) => selected.has(id))
  return chosen.length > 0 ? chosen.slice(0, MOST) : rows.slice(0, FIRST)
}
