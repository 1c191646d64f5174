import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemCode } from '#core/files/index.ts'

const LOOK_MS = 10
/** The first process of a container: the runner, or in a pod what started it. No signal to all reaches it. */
const FIRST = 1
const GIVE_UP_MS = 10_000

/**
 * Whom the runner may end: everything in its container, or, where others may be in it, the process group of the
 * command. Orphans of a container stay as zombies until the runner ends, since Node waits for its own children
 * only: they cost a number each, and the runner ends soon after the command.
 */
export type Reach = { readonly kind: 'container' } | { readonly kind: 'group'; readonly pid: number }

/** Whom the runner reaches of a command with this process id; alone means that nobody else is in its container. */
export function reachOf(isAlone: boolean, pid: number): Reach {
  return isAlone ? { kind: 'container' } : { kind: 'group', pid }
}

/** Kills all, and what they start meanwhile. Returns when none is left, or does not die for 10 s (a dead network drive). */
export async function killAll(reach: Reach): Promise<void> {
  const giveUp = Date.now() + GIVE_UP_MS
  while (isAnyAlive(reach) && Date.now() < giveUp) {
    signalAll(reach, 'SIGKILL')
    await sleep(LOOK_MS)
  }
}

/** Whether anybody is left who could still do something. */
export function isAnyAlive(reach: Reach): boolean {
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && isAlive(Number(name), reach))
}

/** Sends a signal to all, the runner apart. */
export function signalAll(reach: Reach, signal: NodeJS.Signals): void {
  try {
    process.kill(reach.kind === 'group' ? -reach.pid : -1, signal)
  } catch (error) {
    // nobody, or only processes of another user, which end with the container
    if (!['ESRCH', 'EPERM'].includes(systemCode(error) ?? '')) throw error
  }
}

/** `pid (name) state parent group …`, where the name may hold anything. A zombie is dead. */
function isAlive(pid: number, reach: Reach): boolean {
  if (pid === process.pid || pid === FIRST) return false
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state = '', , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return !'ZX'.includes(state) && (reach.kind === 'container' || Number(group) === reach.pid)
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(systemCode(error) ?? '')) return false
    throw error
  }
}
