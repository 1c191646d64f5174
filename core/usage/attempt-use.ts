import type { AttemptTimes } from './attempt-times.ts'
import { coresFor, ratesOf, type UsageSample } from './cpu-rates.ts'

/** What one attempt used. */
export type AttemptUse = {
  /** That were enough for half of its time, and for 95 % of it; without samples its mean. Null where nothing was measured. */
  readonly cores: Cores | null
  /** In bytes; null where nothing was measured. */
  readonly memoryPeak: number | null
}

type Cores = { readonly p50: number; readonly p95: number }
type Measured = Pick<AttemptTimes, 'startedAt' | 'finishedAt' | 'cpuSeconds' | 'peakMemoryBytes'>

/** What an attempt used, from its samples and what is known of it as a whole. */
export function useOf(attempt: Measured, samples: readonly UsageSample[]): AttemptUse {
  const [p50, p95] = coresFor(ratesOf(attempt, samples), 0.5, 0.95)
  const memory = [attempt.peakMemoryBytes, ...samples.map(({ memoryBytes }) => memoryBytes)]
  return {
    cores: p50 === undefined || p95 === undefined ? null : { p50, p95 },
    memoryPeak: mostOf(memory),
  }
}

/** What was enough for each attempt: the most that one of them used, however many others used little. */
export function mostUsed(uses: readonly AttemptUse[]): { cpuUsed: Cores | null; memoryPeak: number | null } {
  const p50 = mostOf(uses.map(({ cores }) => cores?.p50 ?? null))
  const p95 = mostOf(uses.map(({ cores }) => cores?.p95 ?? null))
  return {
    cpuUsed: p50 === null || p95 === null ? null : { p50, p95 },
    memoryPeak: mostOf(uses.map(({ memoryPeak }) => memoryPeak)),
  }
}

function mostOf(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((most, value) => (value === null ? most : Math.max(most ?? value, value)), null)
}
