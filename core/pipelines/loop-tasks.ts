import type { RunEvent } from '#core/contract/events.ts'
import type { AttemptReport, AttemptTask } from './executor.ts'
import { isFanOut, itemOf, type RunState, type StepState } from './run-state.ts'

type OfRun = { readonly run: string; readonly state: RunState }

/** The latest attempt of an item. */
export function taskOf({ run, state }: OfRun, step: StepState, item: number | null): AttemptTask {
  const { attempts, createdSeq } = itemOf(step, item)
  return { run, state, step, item, attempt: attempts, createdSeq }
}

/** Whether a task is still the attempt that holds its item's slot. */
export function isCurrent({ step, item, createdSeq }: AttemptTask): boolean {
  const state = itemOf(step, item)
  return state.occupied && state.createdSeq === createdSeq
}

/** Every attempt that holds a slot. */
export function occupiedTasks(of: OfRun): AttemptTask[] {
  return of.state.steps.flatMap((step) => {
    if (step.occupied === 0) return []
    const items = [...step.items.keys()].filter((index) => step.items[index]?.occupied === true)
    return items.map((index) => taskOf(of, step, isFanOut(step) ? index : null))
  })
}

/** What a report of an executor says of an environment, as an event. */
export function environmentEvent(...[told, environment, digest]: Parameters<AttemptReport['environment']>): RunEvent {
  if (told.kind === 'building') return { kind: 'environment.building', environment, digest }
  return { kind: 'environment.ready', environment, digest, seconds: told.seconds }
}
