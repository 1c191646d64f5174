import { assertNever } from '#core/base/assert-never.ts'
import { isFinalStep, type RunEvent, type SequencedEvent, type StepStatus } from '#core/contract/events.ts'
import { isFanOut, itemOf, stateOfItems, stepOf, type ItemState, type RunState, type StepState } from './run-state.ts'

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
    case 'run.cancelling':
      state.cancelling = true
      cancelWaiting(state)
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
      step.reason = event.reason
      finishStep(state, step, 'skipped')
      return
    case 'step.finished':
      finishStep(state, step, event.status)
      return
    case 'step.failed':
      applyFailure(state, step, event)
      return
    case 'step.cached': {
      const item = itemOf(step, event.item)
      step.active = true
      item.key = event.key
      item.outputs = event.outputs
      item.startedAt = item.finishedAt = event.at
      item.defaults = event.defaults
      item.reason = withDefaults(
        event.resumed ? `taken over from run ${event.from}` : `taken from the cache (run ${event.from})`,
        event.defaults,
      )
      finishItem(state, step, { item, index: event.item, status: 'cached' })
      return
    }
    default:
      applyAttemptEvent(state, step, event)
  }
}

/** A reason that also says on which defaults the step ran, whatever became of it. */
function withDefaults(reason: string | null, defaults: readonly string[]): string | null {
  if (defaults.length === 0) return reason
  const ran = `ran on the default of ${defaults.join(', ')}`
  return reason === null ? ran : `${reason}; ${ran}`
}

type AttemptEvent = Extract<StepEvent, { attempt: number }>

function applyAttemptEvent(state: RunState, step: StepState, event: AttemptEvent): void {
  const item = itemOf(step, event.item)
  switch (event.kind) {
    case 'attempt.created':
      step.active = true
      step.retries.delete(event.item ?? 0)
      if (!item.occupied) {
        state.occupied += 1
        step.occupied += 1
      }
      item.occupied = true
      item.attempts = event.attempt
      item.createdSeq = event.seq
      item.key = event.key
      item.stopping = null
      item.defaults = event.defaults
      item.reason = withDefaults(null, event.defaults)
      return
    case 'attempt.started':
      item.status = 'running'
      item.startedAt ??= event.startedAt
      item.attemptStartedAt = event.startedAt
      step.status = 'running'
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
    step.retries.set(event.item ?? 0, event.retryAt)
    return
  }
  item.finishedAt = event.finishedAt
  if (event.outcome === 'succeeded') item.outputs = event.outputs
  finishItem(state, step, { item, index: event.item, status: event.outcome })
}

function applyFailure(state: RunState, step: StepState, event: Extract<StepEvent, { kind: 'step.failed' }>): void {
  step.active = true
  if (event.item === null && isFanOut(step)) {
    step.reason = event.reason
    finishStep(state, step, 'failed')
    return
  }
  const item = itemOf(step, event.item)
  item.reason = event.reason
  item.startedAt = item.finishedAt = event.at
  finishItem(state, step, { item, index: event.item, status: 'failed' })
}

type Ending = { readonly item: ItemState; readonly index: number | null; readonly status: StepStatus }

function finishItem(state: RunState, step: StepState, { item, index, status }: Ending): void {
  item.status = status
  step.final += 1
  step.retries.delete(index ?? 0)
  if (status === 'failed' || status === 'lost') step.ends.failed += 1
  if (status === 'cancelled') step.ends.cancelled += 1
  if (status === 'cached') step.ends.cached += 1
  if (isFanOut(step)) {
    if (state.cancelling && step.occupied === 0) finishStep(state, step, 'cancelled')
    return
  }
  step.key = item.key
  step.reason = item.reason
  finishStep(state, step, status)
}

function finishStep(state: RunState, step: StepState, status: StepStatus): void {
  if (isFinalStep(step.status)) return
  step.status = status
  state.openSteps -= 1
  for (const name of step.bound.planned.readers) {
    const reader = stepOf(state, name)
    reader.openEdges -= 1
    if (reader.openEdges === 0 && reader.status === 'pending') state.ready.push(reader.index)
  }
}

/** Everything that holds no slot is cancelled at once; what runs follows when it has ended. */
function cancelWaiting(state: RunState): void {
  for (const step of state.steps) {
    if (isFinalStep(step.status)) continue
    step.retries.clear()
    for (let index = 0; index < step.count; index += 1) {
      const item = step.items[index]
      if (item !== undefined && (item.occupied || isFinalStep(item.status))) continue
      if (item !== undefined) item.status = 'cancelled'
      step.ends.cancelled += 1
      step.final += 1
    }
    if (step.occupied === 0)
      finishStep(
        state,
        step,
        step.count > 0 && step.final === step.count && step.ends.cancelled === 0 ? stateOfItems(step) : 'cancelled',
      )
  }
}
