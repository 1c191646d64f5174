import { setTimeout as sleep } from 'node:timers/promises'
import { killTraced } from './kill.ts'
import type { LivePart } from './part.ts'
import { findProcesses } from './process-table.ts'
import { sendSignal } from './signals.ts'

const LOOK_MS = 50
const KILL_PAUSE_MS = 5
/** How long the supervisor may take to write the exit code after everything else was killed. */
const SUPERVISOR_MS = 2_000

/** Asks a part to stop, waits `graceMs`, then kills all that is left of it. Returns when nothing is left. */
export async function stopPart(part: LivePart, graceMs: number): Promise<void> {
  const deadline = Date.now() + graceMs
  if (graceMs > 0) await askToStop(part)
  while (Date.now() < deadline) {
    if (part.ending && (await findProcesses(part.trace())).length === 0) break
    const pause = sleep(Math.min(LOOK_MS, Math.max(0, deadline - Date.now())))
    await (part.ending ? pause : Promise.race([part.done, pause]))
  }
  await killPart(part)
  await part.done
}

/** The supervisor survives this by its traps; members of other process groups are asked one by one. */
async function askToStop(part: LivePart): Promise<void> {
  if (!part.ending) sendSignal(-part.pid, 'SIGTERM')
  for (const { pid, group } of await findProcesses(part.trace())) {
    if (part.ending || group !== part.pid) sendSignal(pid, 'SIGTERM')
  }
}

/** Kills all but the supervisor, which then writes the exit code and ends by itself. */
async function killPart(part: LivePart): Promise<void> {
  const patience = Date.now() + SUPERVISOR_MS
  while (!part.ending && Date.now() < patience) {
    for (const { pid } of await findProcesses(part.trace())) if (pid !== part.pid) sendSignal(pid, 'SIGKILL')
    await Promise.race([part.done, sleep(KILL_PAUSE_MS)])
  }
  await killTraced(part.trace())
}
