import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import type { Found, Trace, TreeUsage } from './process-table.ts'

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

/** CPU time and resident memory of a process group without its leader; null where it has no other member. */
export async function usageOnDarwin(leader: number): Promise<TreeUsage | null> {
  const { stdout } = await run(PS, ['-axo', 'pid=,pgid=,rss=,time='], OPTIONS)
  return groupUsageOf(stdout, leader)
}

/** `usageOnDarwin` over the output of `ps`. */
export function groupUsageOf(table: string, leader: number): TreeUsage | null {
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/))
  const members = rows.filter(([pid, group]) => Number(group) === leader && Number(pid) !== leader)
  if (members.length === 0) return null
  return {
    cpuSeconds: members.reduce((total, [, , , time = '']) => total + secondsOf(time), 0),
    memoryBytes: members.reduce((total, [, , kilobytes]) => total + Number(kilobytes) * 1024, 0),
  }
}

/** Seconds of `ps`: `0:01.50`, `1:02:03.40`, `2-03:04:05`; fractions may stand behind a comma. */
function secondsOf(time: string): number {
  const [, days = '0', clock = '0'] = /^(?:(\d+)-)?([\d:.,]+)$/.exec(time) ?? []
  const seconds = clock
    .replace(',', '.')
    .split(':')
    .map(Number)
    .reduce((total, part) => total * 60 + part, 0)
  return Number(days) * 86_400 + seconds
}
