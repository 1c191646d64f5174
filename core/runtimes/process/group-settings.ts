import type { Limits } from '../driver.ts'
import type { Controller } from './cgroup-places.ts'

const CPU_PERIOD_US = 100_000
/** The supervisor is in the group too. */
const OWN_PIDS = 1

/** Files of a control group with what is written into them; what is wished is left out where the kernel lacks it. */
export type GroupSettings = { readonly needed: readonly Setting[]; readonly wished: readonly Setting[] }
type Setting = readonly [file: string, value: string]

const NOTHING: GroupSettings = { needed: [], wished: [] }

/** How the group of a controller bounds a part; nothing where it is only to count. */
export function settingsOf(controller: Controller, version: 1 | 2, limits: Limits): GroupSettings {
  const { cpu = 0, memory = 0, pids = 0 } = limits
  if (controller === 'cpu' && cpu > 0) return cpuSettings(version, cpu)
  if (controller === 'memory' && memory > 0) return memorySettings(version, memory)
  if (controller === 'pids' && pids > 0) return { ...NOTHING, needed: [['pids.max', String(pids + OWN_PIDS)]] }
  return NOTHING
}

/** Swap must not stretch a memory limit, where the kernel counts it. */
function memorySettings(version: 1 | 2, bytes: number): GroupSettings {
  const text = String(Math.floor(bytes))
  if (version === 2) return { needed: [['memory.max', text]], wished: [['memory.swap.max', '0']] }
  return { needed: [['memory.limit_in_bytes', text]], wished: [['memory.memsw.limit_in_bytes', text]] }
}

function cpuSettings(version: 1 | 2, cores: number): GroupSettings {
  const quota = String(Math.max(1000, Math.round(cores * CPU_PERIOD_US)))
  if (version === 2) return { ...NOTHING, needed: [['cpu.max', `${quota} ${CPU_PERIOD_US}`]] }
  const needed: readonly Setting[] = [
    ['cpu.cfs_period_us', String(CPU_PERIOD_US)],
    ['cpu.cfs_quota_us', quota],
  ]
  return { ...NOTHING, needed }
}
