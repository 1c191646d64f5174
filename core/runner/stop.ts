import { setTimeout as sleep } from 'node:timers/promises'
import type { RunnerEnd } from '#core/attempts/index.ts'
import { isAnyAlive, signalAll, type Reach } from './reach.ts'

const LOOK_MS = 20
/** A timer cannot wait longer at one go. */
const LONGEST_MS = 2 ** 31 - 1

export type StopReason = NonNullable<RunnerEnd['stoppedBy']>

/**
 * Resolves when the runner is told to stop by a signal; maybe never. Later signals do nothing, so that an end that is on
 * its way is still told.
 */
export function stopSignal(): Promise<'signal'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => resolve('signal'))
  })
}

/** Resolves when so much time is over; never for null. It keeps no process alive. */
export function timeIsOver(timeoutMs: number | null): Promise<'timeout'> {
  return timeoutMs === null ? new Promise(() => undefined) : sleepLong(timeoutMs).then(() => 'timeout')
}

async function sleepLong(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= LONGEST_MS) await sleep(Math.min(left, LONGEST_MS), undefined, { ref: false })
}

/** Asks all to stop. Returns when nobody is left, or the grace is over. */
export async function askToStop(reach: Reach, graceMs: number): Promise<void> {
  const deadline = Date.now() + graceMs
  signalAll(reach, 'SIGTERM')
  while (Date.now() < deadline && isAnyAlive(reach)) await sleep(Math.min(LOOK_MS, graceMs))
}
