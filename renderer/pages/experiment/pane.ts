import type { TrackedRunRow } from '#core/contract/tracking.ts'
import type { Column } from './columns.ts'
import type { Runs } from './use-runs.ts'
import type { Selection } from './use-selection.ts'

/** What each way to see the runs is given. */
export type PaneProps = {
  /** Those that have come so far. */
  readonly rows: readonly TrackedRunRow[]
  readonly columns: readonly Column[]
  readonly runs: Runs
  readonly selection: Selection
  /** Of the experiments, by their ids. */
  readonly names: ReadonlyMap<string, string>
}
