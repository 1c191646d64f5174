import { isFinalRun, type Moved, type RunEvent } from '#core/contract/events.ts'
import type { AttemptTask, LeaveWish, Mirror } from './executor.ts'
import { isTold } from './mirror-report.ts'
import { isClosing, type RunState } from './run-state.ts'

/** What ending a run early needs of its loop. */
export type ClosingLoop = {
  readonly state: RunState
  readonly mirror: Mirror | undefined
  /** Every attempt that holds a slot. */
  running(): AttemptTask[]
  emit(event: RunEvent): void
  stop(task: AttemptTask): void
  /** Does something in the next tick. */
  post(message: () => void): void
  /** Does something once this tick is on disk. */
  after(effect: () => void): void
}

/** Cancels what waits and stops what runs; with `abandon` it is not waited for. */
export function cancelRun(loop: ClosingLoop, { abandon }: { readonly abandon: boolean }): void {
  const { state, mirror } = loop
  if (abandon) loop.after(() => mirror?.abandon())
  if (isFinalRun(state.status) || (state.cancelling && state.leaving === null)) return
  stopAll(loop, { kind: 'run.cancelling' })
}

/**
 * Ends a run that goes on elsewhere. What a cluster plays is written down to its end first, since what is there counts,
 * not what was heard of it so far: it may also have the run without an answer having come.
 */
export function leaveRun(loop: ClosingLoop, movedTo: Moved, { wait }: { readonly wait: boolean }): void {
  const { state, mirror } = loop
  if (isLeft(state, wait)) return
  if (mirror === undefined) return closeFor(loop, movedTo, wait)
  const told: LeaveWish['isTold'] = (attempt, ended) => isTold(state, attempt, ended)
  const done = (): void => loop.post(() => closeFor(loop, movedTo, wait))
  loop.after(() => mirror.leave({ wait, isTold: told, done }))
}

function closeFor(loop: ClosingLoop, movedTo: Moved, wait: boolean): void {
  const { state, mirror } = loop
  if (isLeft(state, wait)) return
  if (!wait) stopAll(loop, { kind: 'run.cancelling', movedTo })
  // Attempts of a cluster that are left never got to run.
  else if (mirror !== undefined) stopAll(loop, { kind: 'run.draining', movedTo })
  else loop.emit({ kind: 'run.draining', movedTo })
}

/** Whether there is nothing to be done: what is waited for can still be stopped. */
function isLeft(state: RunState, wait: boolean): boolean {
  const { status, cancelling, leaving } = state
  return isFinalRun(status) || cancelling || (isClosing(state) && (wait || leaving === null))
}

function stopAll(loop: ClosingLoop, event: RunEvent): void {
  const running = loop.running()
  loop.emit(event)
  for (const task of running) loop.stop(task)
}
