import type { SequencedEvent } from '#core/contract/events.ts'
import type { CacheEntry, StepParts } from './run-rows.ts'
import type { StepState } from './run-state.ts'

/** What a tick of a run has decided and not written yet. */
export type OpenBatch = {
  readonly events: SequencedEvent[]
  /** Items that changed, by step; -1 is the step itself. */
  readonly dirty: Map<StepState, Set<number>>
  readonly parts: StepParts[]
  readonly cache: CacheEntry[]
  /** What is to be done once it is written. */
  readonly effects: (() => void)[]
}

export function emptyBatch(): OpenBatch {
  return { events: [], dirty: new Map(), parts: [], cache: [], effects: [] }
}
