import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import type { Found, Trace } from './process-table.ts'

const run = promisify(execFile)
const PS = '/bin/ps'
const OPTIONS = { maxBuffer: 64 * 2 ** 20 }

/** macOS has no /proc: `ps -E` shows the environment behind the arguments. Sessions are told by their process group. */
export async function findOnDarwin(trace: Trace): Promise<Found[]> {
  const { stdout } = await run(PS, ['-axwwE', '-o', 'pid=,pgid=,stat=,command='], OPTIONS)
  return stdout.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line)
    if (match === null) return []
    const [, pid, group, state = '', rest] = match
    if (Number(pid) === process.pid || state.startsWith('Z')) return []
    const marked = trace.environment.length > 0 && trace.environment.every((entry) => `${rest} `.includes(` ${entry} `))
    return marked || Number(group) === trace.session ? [{ pid: Number(pid), group: Number(group) }] : []
  })
}

/** Arguments of a living process, separated by spaces; empty where there is none. */
export function commandLineOnDarwin(pid: number): string {
  return spawnSync(PS, ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout
}

/** Resident memory of a process group without its leader, in bytes; null where it has no other member. */
export async function memoryOnDarwin(leader: number): Promise<number | null> {
  const { stdout } = await run(PS, ['-axo', 'pid=,pgid=,rss='], OPTIONS)
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  const members = rows.filter(([pid, group]) => group === leader && pid !== leader)
  return members.length === 0 ? null : members.reduce((total, [, , kilobytes = 0]) => total + kilobytes * 1024, 0)
}
