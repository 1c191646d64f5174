import type { LineKeeper } from './line-keeper.ts'
import type { OwnRuns } from './own-runs.ts'
import type { Room } from './refusals.ts'

/** What the calls of a step work on. */
export type Tracked = { readonly runs: OwnRuns; readonly keeper: LineKeeper; readonly room: Room }
