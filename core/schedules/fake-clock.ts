import { setImmediate as settle } from 'node:timers/promises'
import type { Clock } from './clock.ts'

/** A clock that a test moves. Timers stand still while it sleeps, and when it is only set. */
export type FakeClock = Clock & {
  /** Lets time pass: each timer goes off in its time, and what follows from it at once has happened then. */
  advance(ms: number): Promise<void>
  /** Time passes and no timer goes off, as while a machine sleeps. */
  sleep(ms: number): void
  /** Sets the clock, forwards or back. */
  set(time: number): void
  timers(): number
}

/** A clock that shows a time, as epoch ms or ISO 8601. */
export function createFakeClock(start: number | string): FakeClock {
  let now = typeof start === 'string' ? Date.parse(start) : start
  let left: { run: () => void; ms: number }[] = []
  return {
    now: () => now,
    setTimer(ms, run) {
      const timer = { run, ms }
      left.push(timer)
      return () => void (left = left.filter((it) => it !== timer))
    },
    async advance(ms) {
      for (let rest = ms; ;) {
        const first = left.toSorted((a, b) => a.ms - b.ms)[0]
        const step = Math.min(rest, first?.ms ?? Infinity)
        now += step
        rest -= step
        for (const timer of left) timer.ms -= step
        if (first === undefined || first.ms > 0) return
        left = left.filter((it) => it !== first)
        first.run()
        // Whatever waits for promises alone goes on.
        for (let i = 0; i < 6; i += 1) await settle()
      }
    },
    sleep: (ms) => void (now += ms),
    set: (time) => void (now = time),
    timers: () => left.length,
  }
}
