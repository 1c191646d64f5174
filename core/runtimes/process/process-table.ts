import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { commandLineOnDarwin, findOnDarwin, usageOnDarwin } from './process-table-darwin.ts'

/** What tells that a process belongs to a workload; any one of the three is enough. */
export type Trace = {
  /** `NAME=value` entries that must all stand in its environment; none means that it is not looked at. */
  readonly environment: readonly string[]
  /** Raw log files, one of which is its stdout or stderr. */
  readonly outputs: readonly string[]
  /** The session that it is in; given only while the leader is known to be ours. */
  readonly session: number | null
}

/** What some processes have used, and the memory that they have now. */
export type TreeUsage = { readonly cpuSeconds: number; readonly memoryBytes: number }

/** What Linux counts CPU time in, on every architecture that Node runs on. */
const TICKS_A_SECOND = 100

/** A living process and the process group that it is in. */
export type Found = { readonly pid: number; readonly group: number }

/** All living processes that leave one of these traces, this process excepted. */
export async function findProcesses(trace: Trace): Promise<Found[]> {
  if (trace.environment.length === 0 && trace.outputs.length === 0 && trace.session === null) return []
  if (process.platform === 'darwin') return findOnDarwin(trace)
  const wanted = trace.environment.map((entry) => `\0${Buffer.from(entry).toString('latin1')}\0`)
  return processIds().flatMap((pid) => {
    const group = pid === process.pid ? undefined : groupIfTraced(trace, wanted, pid)
    return group === undefined ? [] : [{ pid, group }]
  })
}

/** Whether a process lives and has this text among its arguments: how a supervisor is told from a reused process id. */
export function hasArgument(pid: number, argument: string): boolean {
  if (process.platform === 'darwin') return commandLineOnDarwin(pid).includes(` ${argument} `)
  return readProc(`/proc/${pid}/cmdline`).includes(`\0${Buffer.from(argument).toString('latin1')}\0`)
}

/** Sum of the peak memory of all processes below one, in bytes; null where the system does not tell. */
export async function memoryBelow(pid: number): Promise<number | null> {
  if (process.platform === 'darwin') return (await usageOnDarwin(pid))?.memoryBytes ?? null
  const pending = childrenOf(pid)
  let total: number | null = null
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readProc(`/proc/${next}/status`))
    if (peak !== null) total = (total ?? 0) + Number(peak[1]) * 1024
    pending.push(...childrenOf(next))
  }
  return total
}

/**
 * CPU time of all processes below one and of children that they waited for, and the memory that they have now; null where
 * there is none. Of macOS only those of its process group, and CPU time of living ones alone.
 */
export async function usageBelow(pid: number): Promise<TreeUsage | null> {
  if (process.platform === 'darwin') return usageOnDarwin(pid)
  let [cpuSeconds, memoryBytes, count] = [0, 0, 0]
  const pending = childrenOf(pid)
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const fields = statFields(next)
    // user and system time in ticks, its own and that of children, then the resident pages
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15).map(Number)
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(`/proc/${next}/status`))?.[1] ?? '0'
    cpuSeconds += (user + system + childUser + childSystem) / TICKS_A_SECOND
    memoryBytes += Number(resident) * 1024
    count += 1
    pending.push(...childrenOf(next))
  }
  return count === 0 ? null : { cpuSeconds, memoryBytes }
}

/** The process group of a living process that leaves a trace; undefined for any other. */
function groupIfTraced(trace: Trace, wanted: readonly string[], pid: number): number | undefined {
  const [state, , group, session] = statFields(pid)
  if (state === undefined || state === '' || state === 'Z' || state === 'X') return undefined
  const traced = Number(session) === trace.session || isMarked(pid, wanted) || writesTo(pid, trace.outputs)
  return traced ? Number(group) : undefined
}

/** Fields of /proc/<pid>/stat behind the name, which is in brackets and may hold anything: state, parent, group, session … */
function statFields(pid: number): string[] {
  const stat = readProc(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function isMarked(pid: number, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return false
  const environment = `\0${readProc(`/proc/${pid}/environ`)}`
  return wanted.every((entry) => environment.includes(entry))
}

function writesTo(pid: number, outputs: readonly string[]): boolean {
  return outputs.length > 0 && [1, 2].some((file) => outputs.includes(readLink(`/proc/${pid}/fd/${file}`)))
}

function childrenOf(pid: number): number[] {
  return threadsOf(pid).flatMap((thread) =>
    readProc(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  )
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

function processIds(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger)
}

/** Text of a file of /proc; empty for a process that has ended or belongs to somebody else. */
function readProc(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
