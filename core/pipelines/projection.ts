import type { SequencedEvent } from '#core/contract/events.ts'
import type { Dirty } from './open-batch.ts'
import { isFanOut, itemOf, type ItemState, type RunState, type StepState } from './run-state.ts'
import type { Batch, Phase, StepWrite } from './run-rows.ts'

/** The rows that a batch of events changed: steps, items, and the run itself when something of it changed. */
export function projectionOf(
  state: RunState,
  events: readonly SequencedEvent[],
  dirty: Dirty,
): Pick<Batch, 'steps' | 'head'> {
  const steps: StepWrite[] = []
  for (const [step, items] of dirty) {
    for (const [item, seqs] of items) steps.push(item === -1 ? rowOfStep(step, seqs) : rowOfItem(step, item, seqs))
  }
  const { status, startedAt, finishedAt, outputs } = state
  const headChanged = events.some((event) => event.kind === 'run.started' || event.kind === 'run.finished')
  return { steps, head: headChanged ? { status, startedAt, finishedAt, outputs } : null }
}

const NO_ITEM = { exitCode: null, createdSeq: 0, outputs: {}, phase: null, since: null } as const

function rowOfStep(step: StepState, events: readonly number[]): StepWrite {
  const { status, attempts, key, startedAt, finishedAt, reason, values, ends } = step
  const isOfMany = isFanOut(step)
  const total = values === null ? null : values.length
  const name = step.bound.planned.name
  const folded = { total, counts: isOfMany ? ends : null }
  return { ...NO_ITEM, step: name, item: -1, status, attempts, key, startedAt, finishedAt, reason, ...folded, events }
}

function rowOfItem(step: StepState, index: number, events: readonly number[]): StepWrite {
  const item = itemOf(step, index)
  const { status, attempts, key, startedAt, finishedAt, exitCode, reason, createdSeq, outputs, since } = item
  const own = { status, attempts, key, startedAt, finishedAt, exitCode, reason, createdSeq, outputs }
  const name = step.bound.planned.name
  return { ...own, step: name, item: index, phase: phaseOf(item), since, total: null, counts: null, events }
}

/** What an item does that has begun and not ended. */
function phaseOf({ since, occupied, stopping, attemptStartedAt }: ItemState): Phase | null {
  if (since === null) return null
  if (!occupied) return 'retrying'
  if (stopping !== null) return 'stopping'
  return attemptStartedAt === null ? 'starting' : 'running'
}
