import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StoredChild } from './types.ts'

/** So long a process group may take to end by itself. */
const GRACE_MS = 5_000
const LOOK_MS = 50

/** When a process began, as the system tells it; empty where there is none. Two processes of one id differ in it. */
export function startTimeOf(pid: number): string {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      return stat.slice(stat.lastIndexOf(')')).split(' ')[20] ?? ''
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    // It has ended.
    return ''
  }
}

/** Ends the process group of a child, also one that an earlier core started; one that is another by now is let alone. */
export async function endChild({ pid, startedAt }: StoredChild): Promise<void> {
  if (startedAt === '' || startTimeOf(pid) !== startedAt) return
  if (!signalGroup(pid, 'SIGTERM')) return
  const until = Date.now() + GRACE_MS
  while (Date.now() < until) {
    if (!signalGroup(pid, 0)) return
    await sleep(LOOK_MS)
  }
  signalGroup(pid, 'SIGKILL')
}

/** False where the group has ended. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal)
    return true
  } catch {
    return false
  }
}
