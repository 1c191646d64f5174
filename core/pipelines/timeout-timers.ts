import { keyOf, type AttemptTask } from './executor.ts'
import { isCurrent } from './loop-tasks.ts'
import { itemOf } from './run-state.ts'

/** The longest that a timer of Node can wait. */
export const MAX_TIMER_MS = 2 ** 31 - 1

/** Timers of attempts that have a timeout. */
export class TimeoutTimers {
  readonly #timers = new Map<string, NodeJS.Timeout>()

  /** Calls back when a running attempt has run for its timeout; not at all where it has none. */
  arm(task: AttemptTask, now: () => number, onTimeout: () => void): void {
    const limit = task.step.bound.planned.definition.timeoutMs
    const { attemptStartedAt } = itemOf(task.step, task.item)
    if (limit === null || attemptStartedAt === null || !isCurrent(task)) return
    const left = attemptStartedAt + limit - now()
    const fire = (): void => (left > 0 ? this.arm(task, now, onTimeout) : onTimeout())
    this.#timers.set(keyOf(task), setTimeout(fire, Math.min(Math.max(left, 0), MAX_TIMER_MS)).unref())
  }

  clear(task: AttemptTask): void {
    clearTimeout(this.#timers.get(keyOf(task)))
    this.#timers.delete(keyOf(task))
  }

  clearAll(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }
}
