import type { UsageView } from '#core/contract/run.ts'

/** What an attempt used over time. The lists are of the same length. */
export type UsageSeries = {
  /** Seconds since the attempt began, rising. */
  readonly seconds: readonly number[]
  /** Processors in use on average since the time before; null where unknown. */
  readonly cores: readonly (number | null)[]
  /** Bytes in use at the time. */
  readonly memory: readonly (number | null)[]
}

/** The largest and the mean of what is known, over time; undefined where nothing is. */
export type Extent = { readonly peak: number; readonly mean: number }

/** Samples closer together than this, in seconds, say nothing of a rate. */
const LEAST_SECONDS = 0.05

/**
 * The samples of an attempt that began at `startedAt` (epoch ms). CPU time is counted from zero at the beginning; where
 * a sample does not know it, the next rate is that since the last one that did.
 */
export function usageSeries(samples: UsageView['samples'], startedAt: number): UsageSeries {
  const [seconds, cores, memory] = [new Array<number>(), new Array<number | null>(), new Array<number | null>()]
  let [knownAt, known] = [0, 0]
  for (const { time, cpuSeconds, memoryBytes } of samples) {
    const at = (Date.parse(time) - startedAt) / 1_000
    if (at < LEAST_SECONDS || at <= (seconds.at(-1) ?? 0)) continue
    const span = at - knownAt
    const hasRate = cpuSeconds !== null && span >= LEAST_SECONDS
    seconds.push(at)
    cores.push(hasRate ? Math.max(0, cpuSeconds - known) / span : null)
    memory.push(memoryBytes)
    if (hasRate) [knownAt, known] = [at, cpuSeconds]
  }
  return { seconds, cores, memory }
}

/** The largest value and the mean, each value weighted by the time since the sample before. */
export function extentOf(seconds: readonly number[], values: readonly (number | null)[]): Extent | undefined {
  let [peak, sum, total, before] = [-Infinity, 0, 0, 0]
  for (const [index, value] of values.entries()) {
    const at = seconds[index] ?? before
    if (value !== null) {
      peak = Math.max(peak, value)
      sum += value * (at - before)
      total += at - before
    }
    before = at
  }
  return total === 0 ? undefined : { peak, mean: sum / total }
}

/** At most so many rows of a table, evenly chosen and with the last. */
export function thinned(count: number, most: number): readonly number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index)
  return Array.from({ length: most }, (_, index) => Math.round((index * (count - 1)) / (most - 1)))
}
