import type { Json } from '#core/base/json.ts'
import type { SequencedEvent } from '#core/contract/events.ts'
import type { Executor, Mirror } from './executor.ts'
import type { OnlyStep } from './only.ts'
import type { Batch, FrozenRun } from './run-rows.ts'
import type { RunState } from './run-state.ts'
import type { CacheHit, CacheQuery } from './scheduler.ts'
import type { RunFacts } from './step-key.ts'

/** What a run is driven with. */
export type LoopOptions = {
  readonly run: string
  readonly state: RunState
  readonly facts: RunFacts
  readonly parallelism: number
  /** Where one step run alone was asked for. */
  readonly only?: OnlyStep
  /** False: cache entries are not written. */
  readonly writeCache: boolean
  readonly executor: Executor
  /** Where a cluster's engine decides what begins: this loop writes down what that does. */
  readonly mirror?: Mirror
  /** Of a run that the cluster began by itself: `FrozenRun.sent`. */
  readonly sent?: FrozenRun['sent']
  readonly now: () => number
  write(batch: Batch): void
  /** Called with every batch of events once it is on disk. */
  publish(events: readonly SequencedEvent[]): void
  lookUp(query: CacheQuery): CacheHit | string
  outputs(state: RunState): { readonly [name: string]: Json }
  /**
   * What went wrong where nobody waits: a batch that could not be written, which the loop tries again by itself; or a
   * bug, which ends the driving of this run alone.
   */
  onError(error: unknown): void
  /** Called once, when the run is final and nothing of it is left, as far as that could be seen to. */
  onEnd(isSwept: boolean): void
}
