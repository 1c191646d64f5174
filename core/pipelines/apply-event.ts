import { assertNever } from '#core/base/assert-never.ts'
import { isFinalStep, type FinalStepStatus, type RunEvent, type SequencedEvent } from '#core/contract/events.ts'
import { cachedReason, withDefaults } from '#core/contract/reasons.ts'
import {
  isClosing,
  isFanOut,
  itemOf,
  stateOfItems,
  stepOf,
  type ItemState,
  type RunState,
  type StepState,
} from './run-state.ts'

/** Moves the state on by one event. The only function that changes a run's state, live and in a replay. */
export function applyEvent(state: RunState, event: SequencedEvent): void {
  if (event.seq !== state.seq + 1) throw new Error(`event ${event.seq} after ${state.seq}`)
  state.seq = event.seq
  switch (event.kind) {
    case 'run.started':
      state.status = 'running'
      state.startedAt = event.at
      return
    case 'environment.building':
    case 'environment.ready':
      return
    case 'run.submitted':
      state.submitted = { name: event.name, uid: event.uid }
      return
    case 'run.connection':
      state.connected = event.state === 'connected'
      return
    case 'run.cancelling':
      if (!isClosing(state)) cancelWaiting(state, event.at)
      state.cancelling = true
      state.leaving = event.movedTo === undefined ? null : { to: event.movedTo, at: event.at }
      return
    case 'run.draining':
      if (!isClosing(state)) cancelWaiting(state, event.at)
      state.draining = true
      state.leaving = { to: event.movedTo, at: event.at }
      return
    case 'run.finished':
      state.status = event.status
      state.finishedAt = event.at
      state.outputs = event.outputs
      return
    default:
      applyStepEvent(state, stepOf(state, event.step), event)
  }
}

type StepEvent = Extract<RunEvent, { step: string }> & { seq: number; at: number }

function applyStepEvent(state: RunState, step: StepState, event: StepEvent): void {
  switch (event.kind) {
    case 'step.expanded':
      step.values = event.items
      step.count = event.items.length
      step.key = event.key
      step.active = true
      return
    case 'step.skipped':
      applySkip(state, step, event)
      return
    case 'step.finished':
      finishStep(state, step, { status: event.status, at: event.at })
      return
    case 'step.failed':
      applyFailure(state, step, event)
      return
    case 'step.cached': {
      const item = itemOf(step, event.item)
      step.active = true
      step.startedAt ??= event.at
      item.key = event.key
      item.outputs = event.outputs
      item.startedAt = item.finishedAt = event.at
      item.defaults = event.defaults
      item.reason = withDefaults(cachedReason(event), event.defaults)
      finishItem(state, step, { item, index: event.item, status: 'cached', reason: null, at: event.at })
      return
    }
    default:
      applyAttemptEvent(state, step, event)
  }
}

type AttemptEvent = Extract<StepEvent, { attempt: number }>

function applyAttemptEvent(state: RunState, step: StepState, event: AttemptEvent): void {
  const item = itemOf(step, event.item)
  switch (event.kind) {
    case 'attempt.created':
      step.active = true
      step.attempts += 1
      step.retries.delete(event.item ?? 0)
      if (!item.occupied) {
        state.occupied += 1
        step.occupied += 1
      }
      item.occupied = true
      item.status = 'pending'
      item.attemptStartedAt = null
      item.attempts = event.attempt
      item.createdSeq = event.seq
      item.key = event.key
      item.stopping = null
      item.waiting = null
      item.defaults = event.defaults
      item.since = event.at
      item.reason = withDefaults(null, event.defaults)
      if (!isFanOut(step)) step.reason = item.reason
      return
    case 'attempt.waiting':
      item.waiting = event.reason
      item.reason = withDefaults(event.reason, event.defaults)
      if (!isFanOut(step)) step.reason = item.reason
      return
    case 'attempt.started':
      item.status = 'running'
      item.startedAt ??= event.startedAt
      item.attemptStartedAt = item.since = event.startedAt
      step.status = 'running'
      step.startedAt ??= event.startedAt
      return
    case 'attempt.stopping':
      item.stopping = event.why
      return
    case 'attempt.finished':
      applyAttemptEnd(state, step, event)
      return
    default:
      assertNever(event)
  }
}

function applyAttemptEnd(
  state: RunState,
  step: StepState,
  event: Extract<RunEvent, { kind: 'attempt.finished' }>,
): void {
  const item = itemOf(step, event.item)
  state.occupied -= 1
  step.occupied -= 1
  item.occupied = false
  item.exitCode = event.exitCode
  item.reason = withDefaults(event.reason, item.defaults)
  item.attemptStartedAt = null
  if (event.retryAt !== null) {
    item.status = 'pending'
    item.since = event.finishedAt
    step.retries.set(event.item ?? 0, event.retryAt)
    return
  }
  item.finishedAt = event.finishedAt
  if (event.outcome === 'succeeded') item.outputs = event.outputs
  const { item: index, outcome: status, reason, finishedAt: at } = event
  finishItem(state, step, { item, index, status, reason, at })
}

function applyFailure(state: RunState, step: StepState, event: Extract<StepEvent, { kind: 'step.failed' }>): void {
  const { item: index, reason, at } = event
  step.active = true
  step.startedAt ??= at
  if (index === null && isFanOut(step)) {
    step.reason = reason
    finishStep(state, step, { status: 'failed', at })
    return
  }
  const item = itemOf(step, index)
  item.reason = reason
  item.startedAt = item.finishedAt = at
  finishItem(state, step, { item, index, status: 'failed', reason, at })
}

function applySkip(state: RunState, step: StepState, event: Extract<StepEvent, { kind: 'step.skipped' }>): void {
  const { item: index, reason, at } = event
  if (index === undefined) {
    step.reason = reason
    return finishStep(state, step, { status: 'skipped', at })
  }
  const item = itemOf(step, index)
  item.reason = reason
  item.finishedAt = at
  finishItem(state, step, { item, index, status: 'skipped', reason, at })
}

type End = { readonly status: FinalStepStatus; readonly at: number }
type ItemEnd = End & { readonly item: ItemState; readonly index: number | null; readonly reason: string | null }

function finishItem(state: RunState, step: StepState, { item, index, status, reason, at }: ItemEnd): void {
  item.status = status
  item.since = null
  step.final += 1
  step.retries.delete(index ?? 0)
  step.ends[status] += 1
  if (isFanOut(step)) {
    step.reason = reason ?? step.reason
    if (isClosing(state) && step.occupied === 0) finishStep(state, step, { status: endOfClosed(step), at })
    return
  }
  step.key = item.key
  step.reason = item.reason
  finishStep(state, step, { status, at })
}

function finishStep(state: RunState, step: StepState, { status, at }: End): void {
  if (isFinalStep(step.status)) return
  step.status = status
  step.finishedAt = at
  state.openSteps -= 1
  for (const name of step.bound.planned.readers) {
    const reader = stepOf(state, name)
    reader.openEdges -= 1
    if (reader.openEdges === 0 && reader.status === 'pending') state.ready.push(reader.index)
  }
}

/** Everything that holds no slot is cancelled at once; what runs follows when it has ended. */
function cancelWaiting(state: RunState, at: number): void {
  for (const step of state.steps) {
    if (isFinalStep(step.status)) continue
    step.retries.clear()
    for (let index = 0; index < step.count; index += 1) {
      const item = step.items[index]
      if (item !== undefined && (item.occupied || isFinalStep(item.status))) continue
      if (item !== undefined) cancelItem(item, at)
      step.ends.cancelled += 1
      step.final += 1
    }
    if (step.occupied > 0) continue
    finishStep(state, step, { status: endOfClosed(step), at })
  }
}

/** How a step ends of which nothing more begins. */
function endOfClosed(step: StepState): FinalStepStatus {
  const allEnded = step.count > 0 && step.final === step.count && step.ends.cancelled === 0
  return allEnded ? stateOfItems(step) : 'cancelled'
}

function cancelItem(item: ItemState, at: number): void {
  item.status = 'cancelled'
  item.since = null
  item.finishedAt = at
}
