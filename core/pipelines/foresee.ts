import type { RunEvent, SequencedEvent } from '#core/contract/events.ts'
import { applyEvent } from './apply-event.ts'
import type { BoundPlan } from './bind.ts'
import { initialState, type RunState } from './run-state.ts'
import { decide, newMemory, type World } from './scheduler.ts'

export type Foreseen = {
  /** As the run will be before anything began. */
  readonly state: RunState
  /** Keys that were looked up in vain. */
  readonly missed: readonly string[]
}

/** How a run will look once all is decided that can be before something begins. Nothing is written. */
export function foresee(bound: BoundPlan, world: Pick<World, 'facts' | 'lookUp' | 'now' | 'only'>): Foreseen {
  const state = initialState(bound)
  const missed = new Set<string>()
  const emit = (event: RunEvent): void => {
    const sequenced = { ...event, seq: state.seq + 1, at: world.now() } as SequencedEvent
    applyEvent(state, sequenced)
  }
  emit({ kind: 'run.started' })
  const memory = newMemory()
  const whole: World = {
    ...world,
    emit,
    parallelism: 0,
    hasBegun: () => false,
    keepParts: () => undefined,
    outputs: () => ({}),
    lookUp: (query) => {
      const answer = world.lookUp(query)
      if (typeof answer === 'string') missed.add(query.key)
      return answer
    },
  }
  while (decide(state, memory, whole));
  return { state, missed: [...missed] }
}
