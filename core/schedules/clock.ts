/** Node's timers go off at once where they are set further ahead. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Where the time comes from. */
export type Clock = {
  /** Epoch ms; people and programs may set it, forwards and back. */
  now(): number
  /** Calls back once after so many milliseconds, or earlier. Returns how to call it off. */
  setTimer(ms: number, run: () => void): () => void
}

/** The clock of this machine. While the machine sleeps, its timers may stand still. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(ms, run) {
    const timer = setTimeout(run, Math.min(ms, LONGEST_TIMER_MS))
    return () => clearTimeout(timer)
  },
}
