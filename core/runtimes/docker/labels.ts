import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Workload } from '../driver.ts'

/** Names of the labels that everything of ours in an engine carries. */
export const LABEL = { home: 'minisub.home', workload: 'minisub.workload', maker: 'minisub.maker' } as const

/** What stands for a data folder in labels: 16 hex digits of sha256 of its path. */
export function homeMark(home: string): string {
  return createHash('sha256').update(home).digest('hex').slice(0, 16)
}

/** The container of a part: the first has the workload's own name. */
export function containerName(workload: Workload, index: number): string {
  return `minisub-${workload.id}${index === 0 ? '' : `-${workload.parts[index]?.role ?? ''}`}`
}

/** Labels of the containers of a workload. */
export function containerLabels(workload: Workload, home: string): Record<string, string> {
  const marks = { [LABEL.home]: homeMark(home), [LABEL.workload]: workload.id, [LABEL.maker]: thisMaker() }
  return { ...ownLabels(workload.labels), ...marks }
}

/** The engine's filter for containers of a data folder that carry all these labels of a workload. */
export function labelFilter(home: string, labels: Readonly<Record<string, string>>): { label: string[] } {
  const all = { ...ownLabels(labels), [LABEL.home]: homeMark(home) }
  return { label: Object.entries(all).map(([name, value]) => `${name}=${value}`) }
}

function ownLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [`minisub.${name}`, value]))
}

/** What tells this process from all others of this machine, those with its number before and after it included. */
export function thisMaker(): string {
  return `${process.pid}.${birthOf(process.pid) ?? 0}`
}

/** What this process makes at this moment, by name, and how many of its runtimes try. */
const making = new Map<string, number>()

/** Does what makes a container, of which others can tell by its name meanwhile that somebody is at it. */
export async function whileMaking<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  making.set(name, (making.get(name) ?? 0) + 1)
  try {
    return await work()
  } finally {
    const others = (making.get(name) ?? 1) - 1
    if (others > 0) making.set(name, others)
    else making.delete(name)
  }
}

/** Whether somebody may still be at making a container. This process may have given it up when its engine went away. */
export function isBeingMade(name: string, maker: string | undefined): boolean {
  return maker === thisMaker() ? making.has(name) : isMakerAlive(maker)
}

/** Whether a process is there still. */
export function isMakerAlive(maker: string | undefined): boolean {
  const [pid = 0, birth = 0] = (maker ?? '').split('.').map(Number)
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  return (birthOf(pid) ?? 0) === birth
}

/** When a process began, in ticks since the machine did; undefined where the system does not tell. */
function birthOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  } catch {
    // no such process, or a system without /proc: then its number alone has to do
    return undefined
  }
}
