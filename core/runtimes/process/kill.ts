import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '../../base/problem.ts'
import { findProcesses, type Trace } from './process-table.ts'
import { sendSignal } from './signals.ts'

const PAUSE_MS = 5
const GIVE_UP_MS = 30_000

/**
 * Kills every process that leaves a trace, and again those that they started meanwhile, until there is none. Throws
 * Problem `internal` where the system does not let one die.
 */
export async function killTraced(trace: Trace): Promise<void> {
  const giveUp = Date.now() + GIVE_UP_MS
  for (;;) {
    const found = await findProcesses(trace)
    if (found.length === 0) return
    if (Date.now() > giveUp) {
      const pids = found.map(({ pid }) => pid).join(', ')
      throw new Problem(
        'internal',
        `processes ${pids} do not die: they wait for a device or a network drive, see to that and stop again`,
      )
    }
    for (const { pid } of found) sendSignal(pid, 'SIGKILL')
    await sleep(PAUSE_MS)
  }
}
