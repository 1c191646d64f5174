import { setTimeout as delay } from 'node:timers/promises'
import { isProblem } from '#core/base/problem.ts'

/** So long an engine that went away in the middle of a run is waited for: it may be starting again. */
const PATIENCE_MS = 120_000
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5_000

/**
 * Does what may be repeated, again and again for up to two minutes while the container engine does not answer. Throws
 * what it throws otherwise, Problem `engine_unavailable` when the time is over, or an AbortError.
 */
export async function withPatience<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const end = Date.now() + PATIENCE_MS
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work()
    } catch (error) {
      if (!isAway(error) || Date.now() + pause > end) throw error
    }
    await delay(pause, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) })
  }
}

/** Whether an error says that the engine does not answer. */
export function isAway(error: unknown): boolean {
  return isProblem(error) && error.code === 'engine_unavailable'
}
