import type Dockerode from 'dockerode'
import type { ContainerUse } from '#core/runtimes/cluster-engine.ts'
import { missingFault } from './cluster-engine-containers.ts'

type Cpu = {
  readonly cpu_usage?: { readonly total_usage?: number; readonly percpu_usage?: readonly number[] | null }
  readonly system_cpu_usage?: number
  readonly online_cpus?: number
}

/** Of a container that does not run, nothing is there. */
type Stats = {
  readonly cpu_stats?: Cpu
  readonly precpu_stats?: Cpu
  readonly memory_stats?: {
    readonly usage?: number
    readonly limit?: number
    readonly stats?: Readonly<Record<string, number>> | null
  }
}

/**
 * Cores over the last second, and memory without what is only cached of files; zeros where it does not run. Takes about
 * two seconds. Throws Problem `not_found`.
 */
export async function useOf(client: Dockerode, name: string): Promise<ContainerUse> {
  try {
    const stats: Stats = await client.getContainer(name).stats({ stream: false })
    const { usage = 0, limit = 0, stats: more } = stats.memory_stats ?? {}
    const cached = more?.['inactive_file'] ?? more?.['total_inactive_file'] ?? 0
    return { cpu: coresOf(stats), memoryBytes: Math.max(0, usage - cached), memoryLimitBytes: limit }
  } catch (error) {
    throw missingFault(error, name)
  }
}

function coresOf({ cpu_stats: now = {}, precpu_stats: before = {} }: Stats): number {
  const [used, all] = [
    (now.cpu_usage?.total_usage ?? 0) - (before.cpu_usage?.total_usage ?? 0),
    (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0),
  ]
  const cores = now.online_cpus ?? now.cpu_usage?.percpu_usage?.length ?? 1
  return used <= 0 || all <= 0 ? 0 : (used / all) * cores
}
