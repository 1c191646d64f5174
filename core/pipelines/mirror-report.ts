import type { ProblemCode } from '#core/base/problem-codes.ts'
import { isFinalRun, isFinalStep, type RunEvent } from '#core/contract/events.ts'
import type { MirrorReport, ToldAttempt } from './executor.ts'
import { isClosing, stepsToStart, type RunState } from './run-state.ts'

/** What the loop of a run does with what its mirror tells. */
type Loop = {
  wake(): void
  /** Does something in the next tick. */
  post(message: () => void): void
  emit(event: RunEvent): void
  refused(code: ProblemCode, reason: string): void
  cancel(): void
}

export function mirrorReport(state: RunState, loop: Loop): MirrorReport {
  return {
    changed: () => loop.wake(),
    submitted: (name, uid) =>
      loop.post(() => {
        // One that was cancelled while it was sent has its end already.
        if (state.submitted === null && !isFinalRun(state.status)) loop.emit({ kind: 'run.submitted', name, uid })
      }),
    refused: (code, reason) => loop.post(() => loop.refused(code, reason)),
    connection: (reason) =>
      loop.post(() => {
        if (isFinalRun(state.status) || state.connected === (reason === null)) return
        loop.emit({ kind: 'run.connection', state: reason === null ? 'connected' : 'lost', reason })
      }),
    cancelled: () => loop.cancel(),
  }
}

/** Whether its cluster is still to be given a run. */
export function isUnsent(state: RunState): boolean {
  const { submitted, status } = state
  return submitted === null && !isClosing(state) && !isFinalRun(status) && stepsToStart(state).length > 0
}

/** Whether the log of a run knows that an attempt has begun, or that it has ended. */
export function isTold({ byName }: RunState, { step: name, item, attempt }: ToldAttempt, ended: boolean): boolean {
  const step = byName.get(name)
  if (step === undefined || isFinalStep(step.status)) return true
  const known = step.items[item ?? 0]
  if (known === undefined || known.attempts < attempt) return false
  return !ended || known.attempts > attempt || !known.occupied
}
