import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Limits } from '../driver.ts'
import type { Controllers, Place } from './cgroup-places.ts'
import { sendSignal } from './signals.ts'

const CPU_PERIOD_US = 100_000
const REMOVE_ATTEMPTS = 100
const REMOVE_PAUSE_MS = 20

/** The control groups of one part, and the limits that this system does not enforce. */
export type LimitGroups = {
  readonly memory: { readonly folder: string; readonly version: 1 | 2 } | null
  readonly folders: readonly string[]
  readonly notEnforced: readonly string[]
}

/**
 * Makes the control groups that enforce a part's limits, as far as this system lets us. They are noted in the part's
 * folder first, so that a later core can remove them. Undefined where no limit is asked for.
 */
export function createGroups(
  folder: string,
  name: string,
  options: { limits: Limits; controllers: () => Controllers },
): LimitGroups | undefined {
  const { limits } = options
  const asked = (['cpu', 'memory', 'gpu'] as const).filter((key) => (limits[key] ?? 0) > 0)
  if (asked.length === 0) return undefined
  const controllers = options.controllers()
  const plan = (place: Place | undefined, wanted: boolean) =>
    place === undefined || !wanted ? undefined : { ...place, folder: join(place.parent, name) }
  const memory = plan(controllers.memory, limits.memory !== undefined)
  const cpu = plan(controllers.cpu, limits.cpu !== undefined)
  const planned = [...new Set([memory, cpu].flatMap((group) => (group === undefined ? [] : [group.folder])))]
  note(folder, { memory: null, folders: planned, notEnforced: [] })
  const memoryHolds = memory !== undefined && enforce(memory.folder, memorySettings(memory.version, limits.memory ?? 0))
  const cpuHolds = cpu !== undefined && enforce(cpu.folder, cpuSettings(cpu.version, limits.cpu ?? 0))
  const groups: LimitGroups = {
    memory: memoryHolds ? { folder: memory.folder, version: memory.version } : null,
    folders: planned.filter((path) => existsSync(path)),
    notEnforced: asked.filter((key) => !(key === 'memory' ? memoryHolds : key === 'cpu' && cpuHolds)),
  }
  note(folder, groups)
  return groups
}

/** What `createGroups` noted in a part's folder; undefined where no limit was asked for. */
export function readGroups(folder: string): LimitGroups | undefined {
  const path = notePath(folder)
  const groups: LimitGroups | undefined = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
  return groups
}

/** What the memory group counted; null and false where there is none. */
export function groupUsage(groups: LimitGroups): { peakMemoryBytes: number | null; outOfMemory: boolean } {
  if (groups.memory === null) return { peakMemoryBytes: null, outOfMemory: false }
  const { folder, version } = groups.memory
  const peak = readText(join(folder, version === 1 ? 'memory.max_usage_in_bytes' : 'memory.peak')).trim()
  const kills = /^oom_kill (\d+)$/m.exec(readText(join(folder, version === 1 ? 'memory.oom_control' : 'memory.events')))
  return { peakMemoryBytes: peak === '' ? null : Number(peak), outOfMemory: Number(kills?.[1] ?? 0) > 0 }
}

/** Kills whatever is left in the groups of an ended part and removes them. */
export async function removeGroups(groups: LimitGroups): Promise<void> {
  for (let attempt = 0; attempt < REMOVE_ATTEMPTS; attempt += 1) {
    const left = groups.folders.filter((path) => !isRemoved(path))
    if (left.length === 0) return
    for (const path of left) killMembers(path)
    await sleep(REMOVE_PAUSE_MS)
  }
}

type Settings = { readonly needed: readonly [string, string][]; readonly wished: readonly [string, string][] }

/** Swap must not stretch a memory limit, where the kernel counts it. */
function memorySettings(version: 1 | 2, bytes: number): Settings {
  const text = String(Math.floor(bytes))
  if (version === 2) return { needed: [['memory.max', text]], wished: [['memory.swap.max', '0']] }
  return { needed: [['memory.limit_in_bytes', text]], wished: [['memory.memsw.limit_in_bytes', text]] }
}

function cpuSettings(version: 1 | 2, cores: number): Settings {
  const quota = String(Math.max(1000, Math.round(cores * CPU_PERIOD_US)))
  if (version === 2) return { needed: [['cpu.max', `${quota} ${CPU_PERIOD_US}`]], wished: [] }
  return {
    needed: [
      ['cpu.cfs_period_us', String(CPU_PERIOD_US)],
      ['cpu.cfs_quota_us', quota],
    ],
    wished: [],
  }
}

/** Makes a group with these settings; false where the system refuses it. */
function enforce(folder: string, { needed, wished }: Settings): boolean {
  try {
    mkdirSync(folder, { recursive: true })
    for (const [file, value] of needed) writeFileSync(join(folder, file), value, { flag: 'r+' })
  } catch {
    return false
  }
  for (const [file, value] of wished) {
    if (existsSync(join(folder, file))) writeFileSync(join(folder, file), value, { flag: 'r+' })
  }
  return true
}

function isRemoved(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
  }
}

function killMembers(folder: string): void {
  for (const pid of readText(join(folder, 'cgroup.procs')).split('\n').filter(Boolean))
    sendSignal(Number(pid), 'SIGKILL')
}

/** Empty where the kernel has no such file, or the group is gone. */
function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

function note(folder: string, groups: LimitGroups): void {
  writeFileSync(notePath(folder), JSON.stringify(groups), { mode: 0o600 })
}

function notePath(folder: string): string {
  return join(folder, 'limits.json')
}
