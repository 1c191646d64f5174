import { Problem } from '#core/base/problem.ts'
import { isRecordStep } from '#core/contract/definition.ts'
import type { SequencedEvent } from '#core/contract/events.ts'
import { applyEvent } from '../apply-event.ts'
import { bindPlan } from '../bind.ts'
import type { CodeSnapshot } from '../code-snapshot.ts'
import type { AttemptTask } from '../executor.ts'
import { attemptOf } from '../find-attempt.ts'
import { findStep, type FoundStep } from '../find-run.ts'
import type { RunRow } from '../run-rows.ts'
import { initialState, stepOf, type RunState } from '../run-state.ts'
import type { RunStore } from '../run-store.ts'
import type { StepAddress } from '../service-types.ts'
import { planOf } from '../validate.ts'

type EventOf<Kind> = Extract<SequencedEvent, { kind: Kind }>

/** An attempt that was made, with the run as it was when it was created: all that it read is final in the state. */
export type PastAttempt = {
  readonly row: RunRow
  readonly snapshot: CodeSnapshot
  readonly task: AttemptTask
  readonly created: EventOf<'attempt.created'>
  readonly started: EventOf<'attempt.started'> | undefined
  readonly finished: EventOf<'attempt.finished'> | undefined
}

/**
 * An attempt of a step run, the latest where none is named. Throws Problem `not_found`; `invalid_request` for a fan-out as
 * a whole; `not_supported` for what the core does by itself; `conflict` with the reason where it never began.
 */
export function pastAttempt(store: RunStore, address: StepAddress, wanted?: number): PastAttempt {
  const found = findStep(store, address)
  refuseOthers(found, address)
  const attempt = attemptOf(store, address, wanted)
  if (attempt === undefined) throw neverBegan(store, found, address)
  const { row, address: place } = attempt
  const snapshot = store.snapshot(row.frozen.code)
  if (snapshot === undefined) throw new Error(`run ${row.id} has no code snapshot`)
  const events = store.eventsOfStep(row, address.step, address.item)
  const created = events.find((event) => event.seq === place.createdSeq)
  if (created?.kind !== 'attempt.created') throw new Error(`run ${row.id} has no event ${place.createdSeq}`)
  const later = events.filter((event) => 'attempt' in event && event.attempt === place.attempt)
  const state = stateAt(store, row, place.createdSeq)
  return {
    row,
    snapshot,
    task: { ...place, step: stepOf(state, address.step), state },
    created,
    started: later.find((event) => event.kind === 'attempt.started'),
    finished: later.find((event) => event.kind === 'attempt.finished'),
  }
}

function refuseOthers({ definition, isFanOut, item }: FoundStep, { step }: StepAddress): void {
  if (isRecordStep(definition))
    throw new Problem(
      'not_supported',
      `the step ${step} is done by the core itself: only steps with a command are pulled`,
    )
  if (isFanOut && item === null)
    throw new Problem('invalid_request', `the step ${step} is a fan-out: name one of its items, such as ${step}[0]`)
}

function neverBegan(store: RunStore, { run, row }: FoundStep, { step, item }: StepAddress): Problem {
  const name = item === null ? step : `${step}[${item}]`
  const cached = store.eventsOfStep(run, step, item).find((event) => event.kind === 'step.cached')
  if (cached !== undefined) {
    const fix = `pull it from there: minisub pull-step ${cached.from} ${name}`
    return new Problem(
      'conflict',
      `${name} did not run in run ${run.id}, which took it over from run ${cached.from}: ${fix}`,
    )
  }
  const reason = row?.reason ?? null
  const why = reason === null ? `it is ${row?.status ?? 'pending'}` : `it is ${row?.status ?? 'pending'} (${reason})`
  return new Problem(
    'conflict',
    `${name} of run ${run.id} never began, ${why}: pull a step that ran, minisub show names them`,
  )
}

const PAGE = 10_000

/** The state of a run as of one of its events. */
function stateAt(store: RunStore, row: RunRow, seq: number): RunState {
  const state = initialState(bindPlan(planOf(row.definition), row.frozen.parameters))
  while (state.seq < seq) {
    const page = store.events(row.id, state.seq + 1, Math.min(PAGE, seq - state.seq))
    if (page.length === 0) throw new Error(`run ${row.id} has no event ${seq}`)
    for (const event of page) applyEvent(state, event)
  }
  return state
}
