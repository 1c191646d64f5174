import type { SequencedEvent } from '#core/contract/events.ts'
import { itemOf, type RunState, type StepState } from './run-state.ts'
import type { Batch, StepRow } from './run-rows.ts'

/** The rows that a batch of events changed: steps, items, and the run itself when something of it changed. */
export function projectionOf(
  state: RunState,
  events: readonly SequencedEvent[],
  dirty: ReadonlyMap<StepState, ReadonlySet<number>>,
): Pick<Batch, 'steps' | 'head'> {
  const steps: StepRow[] = []
  for (const [step, items] of dirty) for (const item of items) steps.push(rowOf(step, item))
  if (events.some((event) => event.kind === 'run.cancelling')) steps.push(...untouched(state, dirty))
  const { status, startedAt, finishedAt, outputs } = state
  const headChanged = events.some((event) => event.kind === 'run.started' || event.kind === 'run.finished')
  return { steps, head: headChanged ? { status, startedAt, finishedAt, outputs } : null }
}

/** A cancel changes every step that was not final; items that never began stay without a row. */
function untouched(state: RunState, dirty: ReadonlyMap<StepState, unknown>): StepRow[] {
  return state.steps.filter((step) => step.status === 'cancelled' && !dirty.has(step)).map((step) => rowOf(step, -1))
}

const EMPTY = { attempts: 0, startedAt: null, finishedAt: null, exitCode: null, createdSeq: 0, outputs: {} } as const

function rowOf(step: StepState, item: number): StepRow {
  const { name } = step.bound.planned
  if (item === -1) return { ...EMPTY, step: name, item, status: step.status, key: step.key, reason: step.reason }
  const { status, attempts, key, startedAt, finishedAt, exitCode, reason, createdSeq, outputs } = itemOf(step, item)
  return { step: name, item, status, attempts, key, startedAt, finishedAt, exitCode, reason, createdSeq, outputs }
}
