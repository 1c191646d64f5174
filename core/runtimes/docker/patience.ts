import { setTimeout as sleep } from 'node:timers/promises'
import type { FinalState } from '../driver.ts'

const FIRST_MS = 50
const LONGEST_MS = 5_000

/** How long an engine may be away before what it runs is given up. */
export const ENGINE_AWAY_MS = 120_000

/** What becomes of a workload whose engine stays away. */
export function engineAway(): Extract<FinalState, { phase: 'lost' }> {
  return { phase: 'lost', reason: `the container engine did not answer for ${ENGINE_AWAY_MS / 60_000} minutes` }
}

/** Waits ever longer between tries, up to 5 s, and says when there were too many. */
export class Patience {
  readonly #limitMs: number
  #since: number | undefined
  #nextMs = FIRST_MS

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /** It went well: what fails next is a new trouble. */
  reset(): void {
    this.#since = undefined
    this.#nextMs = FIRST_MS
  }

  /** Waits before the next try; false, at once, where the time is over. Throws AbortError. */
  async again(signal: AbortSignal): Promise<boolean> {
    this.#since ??= Date.now()
    if (Date.now() - this.#since >= this.#limitMs) return false
    await sleep(this.#nextMs, undefined, { signal })
    this.#nextMs = Math.min(LONGEST_MS, this.#nextMs * 2)
    return true
  }
}
