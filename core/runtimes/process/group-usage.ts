import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Controller, Place } from './cgroup-places.ts'

type Group = { readonly folder: string; readonly version: 1 | 2 }

/** The control groups that count what a part uses, all that it started included; null where none does. */
export type Counters = { readonly memory: Group | null; readonly cpu: Group | null }

type MadeGroup = { readonly controller: Controller; readonly place: Place; readonly folder: string }

/**
 * Which of the groups of a part count CPU time and memory. Memory is counted only where it is bounded: a group also
 * counts the files that the kernel keeps in it, without end where there is none.
 */
export function findCounters(made: readonly MadeGroup[]): Counters {
  const groups = made.map(({ controller, folder, place }) => ({ controller, folder, version: place.version }))
  const group = (found: (Group & { readonly controller: Controller }) | undefined) =>
    found === undefined ? null : { folder: found.folder, version: found.version }
  return {
    memory: group(groups.find(({ controller }) => controller === 'memory')),
    cpu: group(groups.find(({ controller, version }) => version === 2 || controller === 'cpuacct')),
  }
}

/** What the groups of a part have counted since its start; null and false where none does. */
export type GroupTotals = {
  readonly cpuSeconds: number | null
  readonly peakMemoryBytes: number | null
  readonly outOfMemory: boolean
}

export function groupTotals(counters: Counters): GroupTotals {
  const cpuSeconds = groupCpuSeconds(counters)
  if (counters.memory === null) return { cpuSeconds, peakMemoryBytes: null, outOfMemory: false }
  const { folder, version } = counters.memory
  const peak = readText(join(folder, version === 1 ? 'memory.max_usage_in_bytes' : 'memory.peak')).trim()
  const kills = /^oom_kill (\d+)$/m.exec(readText(join(folder, version === 1 ? 'memory.oom_control' : 'memory.events')))
  return { cpuSeconds, peakMemoryBytes: peak === '' ? null : Number(peak), outOfMemory: Number(kills?.[1] ?? 0) > 0 }
}

/** CPU time of all that ever ran in the group. */
export function groupCpuSeconds({ cpu }: Counters): number | null {
  if (cpu === null) return null
  if (cpu.version === 1) {
    const nanoseconds = readText(join(cpu.folder, 'cpuacct.usage')).trim()
    return nanoseconds === '' ? null : Number(nanoseconds) / 1e9
  }
  const microseconds = /^usage_usec (\d+)$/m.exec(readText(join(cpu.folder, 'cpu.stat')))?.[1]
  return microseconds === undefined ? null : Number(microseconds) / 1e6
}

/** Memory in use now, without files that the kernel keeps in it and would give up first. */
export function groupMemoryBytes({ memory }: Counters): number | null {
  if (memory === null) return null
  const { folder, version } = memory
  const used = readText(join(folder, version === 1 ? 'memory.usage_in_bytes' : 'memory.current')).trim()
  const inactive = version === 1 ? /^total_inactive_file (\d+)$/m : /^inactive_file (\d+)$/m
  const kept = inactive.exec(readText(join(folder, 'memory.stat')))?.[1] ?? '0'
  return used === '' ? null : Math.max(0, Number(used) - Number(kept))
}

/** Empty where the kernel has no such file, or the group is gone. */
export function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
