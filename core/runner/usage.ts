import { readFileSync } from 'node:fs'
import { systemCode } from '#core/files/index.ts'

/** What the command of a container used so far; null where the system does not say. */
export type UsageNow = {
  readonly cpuSeconds: number | null
  /** Without what the kernel would give back at once (unused pages of files). */
  readonly memoryBytes: number | null
  readonly peakMemoryBytes: number | null
  /** Whether something was killed for using more memory than the container may. */
  readonly outOfMemory: boolean
}

/** Counters of a control group. */
type Counters = {
  readonly cpuSeconds: number | null
  /** All that is charged to the group, and the part of it that is in use. */
  readonly charged: number | null
  readonly inUse: number | null
  readonly peak: number | null
  readonly oomKills: number | null
}

/**
 * Measures a container from within, less what the runner uses itself. Where the runner is not alone in it with the command,
 * its control group has others in it as well, and nothing is known.
 */
export function openUsage(isAlone: boolean, root = '/sys/fs/cgroup'): () => UsageNow {
  if (!isAlone) return () => ({ cpuSeconds: null, memoryBytes: null, peakMemoryBytes: null, outOfMemory: false })
  const first = readCounters(root)
  const own = ownCpuSeconds()
  let atLeast = 0
  return () => {
    const now = readCounters(root)
    const cpuSeconds = less(less(now.cpuSeconds, first.cpuSeconds), ownCpuSeconds() - own)
    // the two clocks differ a little
    if (cpuSeconds !== null) atLeast = Math.max(atLeast, cpuSeconds)
    return {
      cpuSeconds: cpuSeconds === null ? null : atLeast,
      memoryBytes: less(now.inUse, first.inUse),
      peakMemoryBytes: less(now.peak, first.charged),
      outOfMemory: (less(now.oomKills, first.oomKills) ?? 0) > 0,
    }
  }
}

function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function less(value: number | null, part: number | null): number | null {
  return value === null || part === null ? null : Math.max(0, value - part)
}

/** Version 2 shows one folder, in which the root of all groups has no `memory.current`; version 1 one for each controller. */
function readCounters(root: string): Counters {
  return read(`${root}/memory.current`) === undefined ? readVersion1(root) : readVersion2(root)
}

function readVersion2(root: string): Counters {
  const charged = plain(`${root}/memory.current`)
  return {
    cpuSeconds: scaled(field(`${root}/cpu.stat`, 'usage_usec'), 1e6),
    charged,
    inUse: less(charged, field(`${root}/memory.stat`, 'inactive_file')),
    peak: plain(`${root}/memory.peak`),
    oomKills: field(`${root}/memory.events`, 'oom_kill'),
  }
}

function readVersion1(root: string): Counters {
  const memory = `${root}/memory`
  const charged = plain(`${memory}/memory.usage_in_bytes`)
  return {
    cpuSeconds: scaled(plain(`${root}/cpuacct/cpuacct.usage`) ?? plain(`${root}/cpu,cpuacct/cpuacct.usage`), 1e9),
    charged,
    inUse: less(charged, field(`${memory}/memory.stat`, 'total_inactive_file')),
    peak: plain(`${memory}/memory.max_usage_in_bytes`),
    oomKills: field(`${memory}/memory.oom_control`, 'oom_kill'),
  }
}

function scaled(value: number | null, unit: number): number | null {
  return value === null ? null : value / unit
}

function plain(path: string): number | null {
  const text = read(path)
  return text === undefined || text === '' ? null : Number(text)
}

/** A line `name value` of a file of such lines. */
function field(path: string, name: string): number | null {
  const value = new RegExp(`^${name} (\\d+)$`, 'm').exec(read(path) ?? '')?.[1]
  return value === undefined ? null : Number(value)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EOPNOTSUPP'].includes(systemCode(error) ?? '')) return undefined
    throw error
  }
}
