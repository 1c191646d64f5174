import type { AttemptTimes } from './attempt-times.ts'
import { addUsed, NOTHING_USED, type Used } from './cost.ts'
import { partsOf } from './spans.ts'

/** What a step asks for: cores, bytes, GPUs; null where it asks for none. */
export type Asked = {
  readonly cpuAsked: number | null
  readonly memoryAsked: number | null
  readonly gpuAsked: number | null
}

const HOUR_MS = 3_600_000
const GIB = 2 ** 30

/** What attempts of a step used of their target while their commands ran, as far as it is known by `end`. */
export function usedBy(attempts: readonly AttemptTimes[], asked: Asked, end: number): Used {
  return attempts.map((attempt) => usedByOne(attempt, asked, end)).reduce(addUsed, NOTHING_USED)
}

function usedByOne(attempt: AttemptTimes, { cpuAsked, memoryAsked, gpuAsked }: Asked, end: number): Used {
  if (attempt.startedAt === null) return NOTHING_USED
  const hours = partsOf(attempt, end).runMs / HOUR_MS
  const worked = attempt.cpuSeconds === null ? null : attempt.cpuSeconds / 3_600
  const coreHours = cpuAsked === null ? worked : cpuAsked * hours
  const memory = memoryAsked ?? attempt.peakMemoryBytes
  return {
    coreHours,
    gibHours: memory === null ? null : (memory / GIB) * hours,
    gpuHours: (gpuAsked ?? 0) * hours,
    workedCoreHours: worked ?? coreHours,
    pods: 1,
    gbSent: 0,
  }
}
