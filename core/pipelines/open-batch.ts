import { isFinalStep, type SequencedEvent } from '#core/contract/events.ts'
import type { CacheEntry, StepParts } from './run-rows.ts'
import { isFanOut, stepOf, type RunState, type StepState } from './run-state.ts'

/** Items that changed, by step, with the numbers of the events that were about them; -1 is the step itself. */
export type Dirty = Map<StepState, Map<number, number[]>>

/** What a tick of a run has decided and not written yet. */
export type OpenBatch = {
  readonly events: SequencedEvent[]
  readonly dirty: Dirty
  readonly parts: StepParts[]
  readonly cache: CacheEntry[]
  /** What is to be done once it is written. */
  readonly effects: (() => void)[]
}

export function emptyBatch(): OpenBatch {
  return { events: [], dirty: new Map(), parts: [], cache: [], effects: [] }
}

/** Notes what an event is about to change. Called before the event is applied. */
export function markDirty(dirty: Dirty, state: RunState, event: SequencedEvent): void {
  if (event.kind === 'run.cancelling' || event.kind === 'run.draining') {
    // Items that never began stay without a row.
    for (const step of state.steps)
      if (!isFinalStep(step.status)) mark(dirty, step, { indices: [...step.retries.keys()] })
  }
  if (!('step' in event)) return
  const step = stepOf(state, event.step)
  const isOfItem = 'item' in event && (event.item !== null || !isFanOut(step))
  mark(dirty, step, { indices: [isOfItem ? (event.item ?? 0) : -1], seq: event.seq })
}

type Touched = { readonly indices: readonly number[]; readonly seq?: number }

function mark(dirty: Dirty, step: StepState, { indices, seq }: Touched): void {
  let items = dirty.get(step)
  if (items === undefined) dirty.set(step, (items = new Map([[-1, []]])))
  for (const index of indices) {
    const events = items.get(index)
    if (events === undefined) items.set(index, seq === undefined ? [] : [seq])
    else if (seq !== undefined) events.push(seq)
  }
}
